import { UserError } from '../errors';
import { expectWhole, type Points, rowsOf } from './rows';

/** Over the splits. */
export interface Score {
  readonly mean: number;
  /** Standard deviation between the splits (divided by splits − 1); 0 for one split. */
  readonly std: number;
}

/**
 * exp E KL(p(y|x) ‖ p(y)): 1 when all images look alike to the classifier, the number of classes when each is certain and
 * all are equally frequent. Salimans et al. (2016), arXiv:1606.03498, §4. It sees nothing of the variety within a class, and
 * depends on the classifier: name it beside the score that the test set has under the same one.
 * @param probabilities p(y|x) of each image, [N,K]
 * @param splits parts of N/splits images in their order, each with a p(y) of its own
 */
export async function inceptionScore(probabilities: Points, splits = 10): Promise<Score> {
  const { values, count, size } = await rowsOf(probabilities);
  expectWhole('inceptionScore', 'splits', splits);
  if (count < splits) throw new UserError(`inceptionScore: ${count} images cannot be parted into ${splits} splits.`);
  const scores = Array.from({ length: splits }, (_, i) => {
    const [from, to] = [Math.floor((i * count) / splits), Math.floor(((i + 1) * count) / splits)];
    return scoreOf(values, from, to, size);
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / splits;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { mean, std: splits > 1 ? Math.sqrt(squares / (splits - 1)) : 0 };
}

function scoreOf(values: ArrayLike<number>, from: number, to: number, classes: number): number {
  const marginal = new Float64Array(classes);
  let negativeEntropy = 0; // Σ p log p
  for (let i = from * classes; i < to * classes; i++) {
    const p = values[i];
    marginal[i % classes] += p / (to - from);
    if (p > 0) negativeEntropy += (p * Math.log(p)) / (to - from);
  }
  const entropy = marginal.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
  return Math.exp(negativeEntropy + entropy); // E KL = H(y) − E H(y|x)
}
