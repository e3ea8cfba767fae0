import { UserError } from '../errors';
import { Model } from './model';
import { Widget } from './widget';

/** Widgets in a row or in a column. */
export class Box extends Widget {
  constructor(
    kind: 'HBox' | 'VBox',
    readonly children: readonly Widget[],
  ) {
    for (const child of children) {
      if (!(child instanceof Widget)) throw new UserError(`${kind}: ${String(child)} is no widget.`);
    }
    super(
      { module: 'controls', name: kind },
      { box_style: '', children: children.map(({ reference }) => reference) },
      {},
    );
  }

  get text(): string {
    return this.children.map(({ text }) => text).join('\n');
  }

  /** Closes what is in it as well. */
  override close(): void {
    super.close();
    for (const child of this.children) child.close();
  }
}

export const hbox = (...children: readonly Widget[]): Box => new Box('HBox', children);
export const vbox = (...children: readonly Widget[]): Box => new Box('VBox', children);

/**
 * Keeps the values of two widgets alike in the page itself, without the kernel: a `play` and the slider that it moves.
 * @returns a function that ends it
 */
export function link(source: Widget, target: Widget): () => void {
  const ends = [source, target].map((one) => {
    if (!(one instanceof Widget)) throw new UserError(`link: ${String(one)} is no widget.`);
    return [one.reference, 'value'];
  });
  const model = new Model({ module: 'controls', name: 'Link', view: null }, { source: ends[0], target: ends[1] });
  return () => model.close();
}
