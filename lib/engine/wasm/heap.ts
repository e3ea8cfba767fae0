/**
 * The wasm backend keeps every tensor on one heap, where JavaScript can read and write it. Kernels in this folder are made
 * of two things: loops over that heap, and calls of the backend's own XNNPACK operators on stretches of it.
 * Positions are counted in floats (four bytes), not in bytes.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Info } from '../kernel';

export type { Info };

/** What Emscripten puts around the backend's C++ side, as far as it is used here. */
interface Module {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  cwrap(name: string, result: null, argumentTypes: string[]): (...args: (number | Uint8Array)[]) => void;
  readonly tfjs: {
    registerTensor(id: number, size: number, address: number): void;
    disposeData(id: number): void;
  };
}

export function backend(): BackendWasm {
  return tf.backend() as BackendWasm;
}

/** The types that come with the backend lack Emscripten's part. */
export function module(): Module {
  return backend().wasm as unknown as Module;
}

/** The heap as floats. Ask again after every allocation: a heap that grows is a new buffer. */
export function floats(): Float32Array {
  return new Float32Array(module().HEAPU8.buffer);
}

/** The heap as 32-bit integers, for kernels that only move elements, whatever their type. */
export function words(): Int32Array {
  return new Int32Array(module().HEAPU8.buffer);
}

/** Where a tensor's elements begin. */
export function positionOf(info: Info): number {
  return backend().dataIdMap.get(info.dataId).memoryOffset / 4;
}

/** A tensor's elements where they lie, until the heap grows. */
export function valuesOf(info: Info): Float32Array {
  const position = positionOf(info);
  return floats().subarray(position, position + sizeOf(info.shape));
}

/** By what number the backend's C++ side knows a tensor. */
export function idOf(info: Info): number {
  return backend().dataIdMap.get(info.dataId).id;
}

export function output(shape: number[], dtype: tf.DataType = 'float32'): Info {
  return backend().makeOutput(shape, dtype);
}

export function dispose(...infos: Info[]): void {
  for (const info of infos) backend().disposeData(info.dataId);
}

export const sizeOf = (shape: number[]) => tf.util.sizeFromShape(shape);

// The backend counts its own ids up from 1; ours begin where it will not get to.
const firstViewId = 2 ** 30;
let nextViewId = firstViewId;

/** Memory for the time of one kernel, and tensor ids for stretches of the heap. */
export class Scratch {
  private readonly blocks: number[] = [];
  private readonly views: number[] = [];

  /** Room for `count` floats, not cleared. */
  floats(count: number): number {
    const address = module()._malloc(count * 4) >>> 0;
    this.blocks.push(address);
    return address / 4;
  }

  /**
   * An id under which XNNPACK sees `count` floats at `position`. Always a new one: operators keep packed weights by id, so
   * that an id used twice would multiply by the weights of before.
   */
  view(position: number, count: number): number {
    const id = nextViewId;
    nextViewId = nextViewId === 2 ** 31 - 1 ? firstViewId : nextViewId + 1;
    module().tfjs.registerTensor(id, count, position * 4);
    this.views.push(id);
    return id;
  }

  viewOf(info: Info): number {
    return this.view(positionOf(info), sizeOf(info.shape));
  }

  free(): void {
    const { tfjs, _free } = module();
    for (const id of this.views) tfjs.disposeData(id);
    for (const address of this.blocks) _free(address);
  }
}

/** Runs a kernel's work with scratch memory, which is given back whatever happens. */
export function withScratch<T>(work: (scratch: Scratch) => T): T {
  const scratch = new Scratch();
  try {
    return work(scratch);
  } finally {
    scratch.free();
  }
}
