/** Answers to three short exercises, each written independently: the same mathematics, other hands. */
export const given = [
  `function reparameterize(mu: Tensor2D, logVar: Tensor2D, noise: Tensor2D): Tensor2D {\n  throw new Error('not implemented');\n}`,
  `import * as tf from '@tensorflow/tfjs';\nimport type { Tensor2D } from '@tensorflow/tfjs';`,
];

const reparameterize = [
  `function reparameterize(mu: Tensor2D, logVar: Tensor2D, noise: Tensor2D): Tensor2D {
  return mu.add(logVar.mul(0.5).exp().mul(noise));
}`,
  `function reparameterize(mu: Tensor2D, logVar: Tensor2D, noise: Tensor2D): Tensor2D {
  const std = tf.exp(tf.mul(0.5, logVar));
  return tf.add(mu, tf.mul(std, noise)) as Tensor2D;
}`,
  `function reparameterize(mu: Tensor2D, logVar: Tensor2D, noise: Tensor2D): Tensor2D {
  // sigma = exp(logVar / 2)
  const sigma = logVar.div(2).exp();
  const scaled = sigma.mul(noise);
  return scaled.add(mu);
}`,
  `function reparameterize(mu: Tensor2D, logVar: Tensor2D, noise: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    const std = tf.sqrt(tf.exp(logVar));
    return mu.add(std.mul(noise));
  });
}`,
];

const kl = [
  `function gaussianKl(mu: Tensor2D, logVar: Tensor2D): Tensor1D {
  const inner = logVar.add(1).sub(mu.square()).sub(logVar.exp());
  return inner.sum(1).mul(-0.5) as Tensor1D;
}`,
  `function gaussianKl(mu: Tensor2D, logVar: Tensor2D): Tensor1D {
  return tf.tidy(() => tf.sum(tf.mul(0.5, tf.sub(tf.add(tf.exp(logVar), tf.square(mu)), tf.add(1, logVar))), 1));
}`,
  `function gaussianKl(mu: Tensor2D, logVar: Tensor2D): Tensor1D {
  const variance = logVar.exp();
  const perDimension = variance.add(mu.mul(mu)).sub(logVar).sub(tf.scalar(1));
  const total = perDimension.sum(-1);
  return total.div(2);
}`,
  `const gaussianKl = (mu: Tensor2D, logVar: Tensor2D) => {
  const terms = [logVar.exp(), mu.pow(2), logVar.neg(), tf.onesLike(mu).neg()];
  return tf.addN(terms).sum(1).mul(0.5);
};`,
];

const sampler = [
  `async function sampleLoop(model: LayersModel, steps: number, shape: number[]) {
  let x = tf.randomNormal(shape);
  for (let t = steps - 1; t >= 0; t--) {
    const predicted = model.predict([x, tf.fill([shape[0]], t)]) as Tensor;
    const next = x.sub(predicted.mul(betas[t])).div(Math.sqrt(alphas[t]));
    x.dispose();
    x = t > 0 ? next.add(tf.randomNormal(shape).mul(Math.sqrt(betas[t]))) : next;
    await tf.nextFrame();
  }
  return x;
}`,
  `async function sampleLoop(model: LayersModel, steps: number, shape: number[]) {
  let current: Tensor = tf.randomNormal(shape);
  let t = steps;
  while (t > 0) {
    t -= 1;
    const previous = current;
    current = tf.tidy(() => {
      const epsilon = model.apply([previous, tf.onesLike(previous).mul(t)]) as Tensor;
      const mean = tf.div(tf.sub(previous, tf.mul(betas[t] / sqrtOneMinus[t], epsilon)), sqrtAlphas[t]);
      if (t === 0) return mean;
      return tf.add(mean, tf.mul(Math.sqrt(betas[t]), tf.randomNormal(shape)));
    });
    previous.dispose();
  }
  return current;
}`,
  `async function sampleLoop(model: LayersModel, steps: number, shape: number[]) {
  const order = Array.from({ length: steps }, (_, i) => steps - 1 - i);
  const start: Tensor = tf.randomNormal(shape);
  return order.reduce((state, t) => {
    const noise = t === 0 ? tf.zeros(shape) : tf.randomNormal(shape);
    const time = tf.tensor1d(Array(shape[0]).fill(t));
    const guess = model.predict([state, time]) as Tensor;
    return state.sub(guess.mul(coefficient(t))).mul(1 / Math.sqrt(alphas[t])).add(noise.mul(sigmas[t]));
  }, start);
}`,
  `async function sampleLoop(model: LayersModel, steps: number, shape: number[]) {
  const timeline = [...Array(steps).keys()].reverse();
  let image = tf.randomNormal(shape);
  for (const t of timeline) {
    const batch = tf.fill([shape[0]], t, 'int32');
    const noisePart = tf.mul(model.predictOnBatch([image, batch]) as Tensor, weight[t]);
    const denoised = tf.mul(tf.sub(image, noisePart), rescale[t]);
    const jitter = t ? tf.randomNormal(shape, 0, sigma[t]) : tf.zerosLike(denoised);
    tf.dispose([image, batch]);
    image = denoised.add(jitter);
  }
  return image;
}`,
];

export interface Answers {
  readonly student: string;
  readonly cells: readonly { readonly gradeId: string; readonly source: string }[];
}

const answers = (student: string, ...sources: readonly string[]): Answers => ({
  student,
  cells: ['vae-reparameterize', 'vae-kl', 'sample-loop'].map((gradeId, i) => ({ gradeId, source: sources[i] })),
});

/** Twelve students, no two of whom wrote the long exercise alike; in the short ones everybody writes what there is to write. */
export const honest: readonly Answers[] = [0, 1, 2, 3].flatMap((i) => [
  answers(`honest-${i}a`, reparameterize[i], kl[(i + 1) % 4], sampler[i]),
  answers(`honest-${i}b`, reparameterize[(i + 1) % 4], kl[i], 'throw new Error("not implemented");'),
  answers(`honest-${i}c`, reparameterize[0], kl[0], `// todo ${i}`),
]);

/** The first student's work as copiers hand it in. */
export const original = honest[0];
const changed = (student: string, change: (source: string) => string): Answers => ({
  student,
  cells: original.cells.map(({ gradeId, source }) => ({ gradeId, source: change(source) })),
});

export const copies: Readonly<Record<string, Answers>> = {
  'to the letter': changed('copier', (source) => source),
  renamed: changed('copier', (source) =>
    source
      .replace(/\bpredicted\b/g, 'eps')
      .replace(/\bnext\b/g, 'moved')
      .replace(/\bx\b/g, 'img')
      .replace(/\bt\b/g, 'step')
      .replace(/\b(model|steps|shape)\b/g, 'my_$1')
      .replace(/\blet\b/g, 'var'),
  ),
  'reformatted, with other comments': changed('copier', (source) =>
    source.replace(/\n\s*/g, ' /* mine */ ').replace(/;/g, ';\n').replace(/\{/g, '{\n    // my own idea\n'),
  ),
  'cells and functions in another order': {
    student: 'copier',
    cells: [
      { gradeId: 'vae-kl', source: original.cells[2].source },
      { gradeId: 'sample-loop', source: `${original.cells[0].source}\n${original.cells[1].source}` },
    ],
  },
  'renamed and put among code of the copier': {
    student: 'copier',
    cells: original.cells.map(({ gradeId, source }) => ({
      gradeId,
      source: `const helper = (a: number, b: number) => Math.max(a, b) - Math.min(a, b);\n${source.replace(/\b(x|next)\b/g, 'my$1')}\nconsole.log(helper(1, 2));`,
    })),
  },
};
