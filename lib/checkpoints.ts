/** Weights that were trained here and are shipped: `checkpoints/NAME.safetensors`, each with a model card, `NAME.md`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { faces } from '../datasets';
import { UserError } from './errors';
import { fileStore } from './files';
import { attributes, classifier } from './metrics';
import { loadWeights, saveWeights } from './training';

/** Where checkpoints lie unless a caller says otherwise. */
const home = path.join(__dirname, '..', 'checkpoints');

type Models = Readonly<Record<string, tf.LayersModel>>;

/**
 * Puts a shipped checkpoint's weights into models that were built with the same config; gives the file's metadata.
 * In a browser, fetch the file and give its bytes to `loadWeights`, which does the rest of this.
 * @param models each network under the name that it was saved with: `{ encoder, decoder }`
 * @param folder where it lies: `checkpoints/` unless told
 * @throws UserError when there is no such checkpoint, when the file is damaged (its SHA-256 is checked), or when it belongs
 * to other models; the models are then as they were.
 */
export function loadCheckpoint(name: string, models: Models, folder = home): Readonly<Record<string, string>> {
  const file = path.join(folder, `${checked(name)}.safetensors`);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UserError(
      `There is no checkpoint ${name} (checkpoints/${name}.safetensors). Models of the league table are made by \`genlab train ${name}\`, ` +
        `others by \`npm run checkpoint -- ${name}\`.`,
      3,
    );
  }
  return loadWeights(models, bytes, `checkpoints/${name}.safetensors`);
}

/**
 * The classifier that the metrics look through, for 28×28 grey images of clothes, trained here (its card:
 * checkpoints/fashion-mnist-classifier.md).
 */
export function fashionMnistClassifier(): classifier.Classifier {
  const built = classifier.buildClassifier();
  try {
    loadCheckpoint('fashion-mnist-classifier', { classifier: built.network });
  } catch (error) {
    classifier.dispose(built);
    throw error;
  }
  return built;
}

/** The classifiers that read attributes off captioned faces, trained here (their card: checkpoints/face-attributes.md). */
export function faceAttributeClassifier(): attributes.AttributeClassifier {
  const built = attributes.buildAttributeClassifier({ attributes: faces.attributeValues });
  try {
    loadCheckpoint('face-attributes', { attributes: built.network });
  } catch (error) {
    attributes.dispose(built);
    throw error;
  }
  return built;
}

/** What a model card says. Figures come from the run that made the checkpoint, never from memory. */
export interface ModelCard {
  readonly title: string;
  /** What it is, for whom, and what it is not for: a paragraph or more of Markdown. */
  readonly about: string;
  /** Facts in their order: data, seed, engine, steps, time. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** What was measured at the end, on which data. */
  readonly metrics: Readonly<Record<string, string | number>>;
  /** The command that makes it again; `npm run checkpoint -- NAME` unless told. */
  readonly command?: string;
  /** What programs want to know of it, kept inside the file; `loadCheckpoint` gives it. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes `checkpoints/NAME.safetensors` in half precision and its card beside it. Measure the card's metrics on weights that
 * went through `half` once, or on the file read back: that is what people will load.
 * @returns the size of the file in bytes
 */
export async function saveCheckpoint(name: string, models: Models, card: ModelCard, folder = home): Promise<number> {
  const bytes = await saveWeights(models, { half: true, metadata: { ...card.metadata, name, title: card.title } });
  const store = fileStore(folder);
  await store.write(`${checked(name)}.safetensors`, bytes);
  await store.write(`${name}.md`, Buffer.from(markdown(name, card, bytes.length)));
  return bytes.length;
}

/** Whether a checkpoint is there. */
export function hasCheckpoint(name: string, folder = home): boolean {
  return existsSync(path.join(folder, `${checked(name)}.safetensors`));
}

/** A checkpoint's card, in Markdown; undefined where there is none. */
export function checkpointCard(name: string, folder = home): string | undefined {
  const file = path.join(folder, `${checked(name)}.md`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Every checkpoint that is there, with its size. */
export function checkpointFiles(folder = home): { readonly name: string; readonly bytes: number }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.safetensors'))
    .sort()
    .map((file) => ({ name: path.basename(file, '.safetensors'), bytes: statSync(path.join(folder, file)).size }));
}

function markdown(name: string, card: ModelCard, size: number): string {
  const list = (rows: Readonly<Record<string, string | number>>) =>
    Object.entries(rows)
      .map(([key, value]) => `- **${key}**: ${value}`)
      .join('\n');
  return `# ${card.title}

${card.about.trim()}

## How it was made

${list({ ...card.facts, file: `\`${name}.safetensors\`, half precision, ${size.toLocaleString('en-US')} bytes` })}

Made again by \`${card.command ?? `npm run checkpoint -- ${name}`}\`.

## Measured

${list(card.metrics)}
`;
}

function checked(name: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return name;
  throw new UserError(`A checkpoint's name is of small letters, digits and hyphens, got '${name}'.`);
}
