import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors';
import { Seeds } from './seeds';
import { LayerNorm, TokenEmbedding, TransformerBlock } from './transformer';

export interface TextEncoderConfig {
  /** Number of different tokens; 0 is padding. */
  readonly vocabulary: number;
  /** Tokens in a text, with padding. */
  readonly length: number;
  /** Of a token's vector. */
  readonly dim: number;
  readonly blocks: number;
  readonly heads: number;
  /** Of the first weights. */
  readonly seed: number;
}

export const textEncoderDefaults: TextEncoderConfig = {
  vocabulary: 512,
  length: 48,
  dim: 64,
  blocks: 2,
  heads: 4,
  seed: 0,
};

/**
 * A small transformer that turns a text into one vector a token, each of which knows of the others: what cross-attention
 * in a text-conditioned model looks at. [B, length] whole numbers -> [B, length, dim]
 * @throws UserError when the vocabulary or the length cannot be
 */
export function buildTextEncoder(config: Partial<TextEncoderConfig> = {}): tf.LayersModel {
  const { vocabulary, length, dim, blocks, heads, seed } = { ...textEncoderDefaults, ...config };
  for (const [name, value] of Object.entries({ vocabulary, length, dim, blocks, heads })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new UserError(`buildTextEncoder: ${name} is a whole number of at least 1, got ${value}.`);
    }
  }
  if (dim % heads !== 0)
    throw new UserError(`buildTextEncoder: heads must divide dim evenly, got ${heads} and ${dim}.`);
  const seeds = new Seeds(seed);
  const tokens = tf.input({ shape: [length], dtype: 'int32', name: 'tokens' });
  let h = new TokenEmbedding({ name: 'embedding', vocabulary, dim, seed: seeds.next() }).apply(tokens);
  for (let i = 1; i <= blocks; i++) {
    const block = new TransformerBlock({ name: `block${i}`, heads, hidden: 4 * dim, seed: seeds.next() });
    h = block.apply([h as tf.SymbolicTensor, tokens]);
  }
  h = new LayerNorm({ name: 'norm' }).apply(h);
  return tf.model({ inputs: tokens, outputs: h as tf.SymbolicTensor, name: 'text-encoder' });
}

/** The mean of a text's vectors, padding apart. [B, N, C], [B, N] -> [B, C] */
export function meanOfTokens(sequence: tf.Tensor3D, tokens: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const real = tokens.notEqual(0).toFloat(); // [B, N]
    return sequence.mul(real.expandDims(2)).sum<tf.Tensor2D>(1).div(real.sum(1, true));
  });
}
