import type * as tf from '@tensorflow/tfjs';

const display = Symbol.for('Jupyter.display');
const count = (n: number) => n.toLocaleString('en-US');

/** Layers of models with their output shapes and numbers of weights, as a table that a notebook shows. */
export function parameterTable(models: Readonly<Record<string, tf.LayersModel>>) {
  const rows = Object.entries(models).flatMap(([name, model]) => [
    ...model.layers.filter(isWorthARow).map((layer) => [name, layer.name, shapeOf(layer), count(layer.countParams())]),
    [name, 'Σ', '', count(model.countParams())],
  ]);
  const lines = rows.map(([name, layer, shape, params]) =>
    [name.padEnd(12), layer.padEnd(12), shape.padEnd(16), params.padStart(10)].join(' ').trimEnd(),
  );
  const text = lines.join('\n');
  const cells = rows.map((row) => {
    const style = (i: number) => ` style="text-align:${i === 3 ? 'right' : 'left'};padding:2px 14px"`;
    return `<tr${row[1] === 'Σ' ? ' style="font-weight:bold"' : ''}>${row.map((cell, i) => `<td${style(i)}>${cell}</td>`).join('')}</tr>`;
  });
  const bundle = () => ({ 'text/plain': text, 'text/html': `<table style="font-size:14px">${cells.join('')}</table>` });
  return { title: 'parameters', text, bundle, [display]: bundle };
}

/** Inputs and reshapes have no weights and change nothing that a reader must check. */
function isWorthARow(layer: tf.layers.Layer): boolean {
  return layer.countParams() > 0;
}

function shapeOf(layer: tf.layers.Layer): string {
  return `[B, ${(layer.outputShape as number[]).slice(1).join(', ')}]`;
}
