import type { GpuPlatform } from './webgpu';

export const browserGpu: GpuPlatform = {
  missing: () => ('gpu' in navigator ? undefined : 'this browser has no WebGPU, or the page is not served over https'),
  gpu: () => navigator.gpu,
  withNavigator: (work) => work(),
};
