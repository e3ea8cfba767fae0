/** Several renderings of one thing by MIME type; a front end shows the richest that it can. */
export type MimeBundle = Readonly<Record<string, unknown>>;

const display = Symbol.for('Jupyter.display');

/** What every function of this room returns: as a cell's last value it shows itself. */
export interface Figure {
  readonly title: string;
  /** The figure in one line, where nothing better can be shown. */
  readonly text: string;
  bundle(): MimeBundle;
  [display](): MimeBundle;
}

/** A figure out of a function that renders it. */
export function figure<More extends object>(
  { title, text, ...more }: { readonly title: string; readonly text: string } & More,
  render: () => MimeBundle,
): Figure & More {
  const bundle = () => ({ ...render(), 'text/plain': text });
  return Object.freeze({ ...(more as unknown as More), title, text, bundle, [display]: bundle });
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The text of a title without its markup (`<br>`, `<b>`, `<sub>` …), for places that hold plain text. */
export function plainText(markup: string): string {
  return markup.replace(/<br>/g, ' ').replace(/<\/?(?:b|i|sub|sup)>/g, '');
}

/** Bytes as base64, with what browsers and Node both have. */
export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
