/**
 * Loops that move elements of four bytes about the heap. All see it as integers, whatever the elements mean, so that V8
 * compiles each loop once and for one kind of array.
 */

const columnBlock = 64; // columns whose target rows stay in the first-level cache together

/** to[c, r] = from[r, c] for `rows` × `columns` elements; strides are the distance between rows of each side. */
export function transpose(
  heap: Int32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  rows: number,
  columns: number,
): void {
  for (let c = 0; c < columns; c += columnBlock) {
    const count = Math.min(columnBlock, columns - c);
    transposeBlock(heap, from + c, fromStride, to + c * toStride, toStride, rows, count);
  }
}

/** Eight rows at a time: eight neighbours are written together, which is what a cache line holds half of. */
function transposeBlock(
  heap: Int32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  rows: number,
  columns: number,
): void {
  let r = 0;
  for (; r + 8 <= rows; r += 8) {
    const r0 = from + r * fromStride;
    const [r1, r2, r3] = [r0 + fromStride, r0 + 2 * fromStride, r0 + 3 * fromStride];
    const [r4, r5, r6, r7] = [r0 + 4 * fromStride, r0 + 5 * fromStride, r0 + 6 * fromStride, r0 + 7 * fromStride];
    let target = to + r;
    for (let c = 0; c < columns; c++, target += toStride) {
      heap[target] = heap[r0 + c];
      heap[target + 1] = heap[r1 + c];
      heap[target + 2] = heap[r2 + c];
      heap[target + 3] = heap[r3 + c];
      heap[target + 4] = heap[r4 + c];
      heap[target + 5] = heap[r5 + c];
      heap[target + 6] = heap[r6 + c];
      heap[target + 7] = heap[r7 + c];
    }
  }
  for (; r < rows; r++) {
    const row = from + r * fromStride;
    let target = to + r;
    for (let c = 0; c < columns; c++, target += toStride) heap[target] = heap[row + c];
  }
}

/** Copies `rows` runs of `run` elements between places that lie `fromStride` and `toStride` apart. */
export function copyRuns(
  heap: Int32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  rows: number,
  run: number,
): void {
  // A call of copyWithin costs as much as moving some hundred elements by hand.
  if (run >= 256) {
    for (let r = 0; r < rows; r++, from += fromStride, to += toStride) heap.copyWithin(to, from, from + run);
  } else {
    for (let r = 0; r < rows; r++, from += fromStride, to += toStride) {
      for (let i = 0; i < run; i++) heap[to + i] = heap[from + i];
    }
  }
}

/** [batch, positions, channels] → [channels, positions, batch] */
export function channelsFirstBatchLast(
  heap: Int32Array,
  from: number,
  to: number,
  batch: number,
  positions: number,
  channels: number,
): void {
  const group = 8; // channels per pass: more of them would drop each other's target lines from the cache
  for (let c = 0; c < channels; c += group) {
    const count = Math.min(group, channels - c);
    for (let p = 0; p < positions; p++) {
      transposeBlock(
        heap,
        from + p * channels + c,
        positions * channels,
        to + (c * positions + p) * batch,
        positions * batch,
        batch,
        count,
      );
    }
  }
}

/** [batch, positions, channels] → [positions, batch, channels] */
export function positionsFirst(
  heap: Int32Array,
  from: number,
  to: number,
  batch: number,
  positions: number,
  channels: number,
): void {
  for (let b = 0; b < batch; b++) {
    copyRuns(heap, from + b * positions * channels, channels, to + b * channels, batch * channels, positions, channels);
  }
}

/** Each of `rows` runs, `times` times after itself. */
export function repeatRuns(heap: Int32Array, from: number, to: number, rows: number, run: number, times: number): void {
  for (let r = 0; r < rows; r++, from += run, to += run * times) {
    if (run === 1) heap.fill(heap[from], to, to + times);
    else copyRuns(heap, from, 0, to, run, times, run);
  }
}

/** Each of `groups` groups of `rows` runs with its runs in reverse order. */
export function reverseRuns(
  heap: Int32Array,
  from: number,
  to: number,
  groups: number,
  rows: number,
  run: number,
): void {
  for (let g = 0; g < groups; g++) {
    const begin = g * rows * run;
    copyRuns(heap, from + begin, run, to + begin + (rows - 1) * run, -run, rows, run);
  }
}

/** Of each of `groups` groups of `rows` runs, every `step`-th run, from the first on. */
export function everyRun(
  heap: Int32Array,
  from: number,
  to: number,
  groups: number,
  rows: number,
  run: number,
  step: number,
): void {
  const taken = Math.ceil(rows / step);
  for (let g = 0; g < groups; g++, from += rows * run, to += taken * run) {
    copyRuns(heap, from, step * run, to, run, taken, run);
  }
}
