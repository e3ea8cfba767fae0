/** A GPU, or a program that plays one on the processor and is slower than the wasm engine. */
export interface Adapter {
  readonly adapter: GPUAdapter;
  /** `apple metal-3`, `NVIDIA GeForce RTX 4060`. */
  readonly name: string;
  readonly isSoftware: boolean;
}

/** `adapter.info`, which is newer than the types. */
export type AdapterInfo = GPUAdapterInfo & { readonly isFallbackAdapter?: boolean };

/** The fastest adapter that the platform offers, or nothing where it offers none. */
export async function findAdapter(gpu: GPU): Promise<Adapter | undefined> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const info = infoOf(adapter);
  const { vendor, architecture, device, description } = info;
  return {
    adapter,
    name:
      description || [vendor, device || architecture].filter(Boolean).join(' ') || 'a GPU that does not tell its name',
    isSoftware:
      info.isFallbackAdapter === true ||
      adapter.isFallbackAdapter === true || // where browsers had it until 2025
      softwareNames.test([vendor, architecture, device, description].join(' ')),
  };
}

export function infoOf(adapter: GPUAdapter): AdapterInfo {
  return (adapter as GPUAdapter & { readonly info: AdapterInfo }).info;
}

/** Not all of them call themselves a fallback. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|basic render driver|softpipe/i;
