/** Text of anybody's as HTML that says what it says and does nothing. */

const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g; // eslint-disable-line no-control-regex

/** Shows what could turn the direction of the text around, or hide in it. */
export const visible = (text: string): string =>
  text.replace(invisible, (char) => `⟨U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);

export const escapeHtml = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** A sentence with its `code` marked. */
export const sentenceHtml = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
