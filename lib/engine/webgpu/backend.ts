import * as tf from '@tensorflow/tfjs';
import { infoOf, type Adapter } from './adapter';
import { guardErrors } from './errors';

/** What a platform must lend the backend. */
export interface Platform {
  /** Runs this while `navigator.gpu` is there, which the backend's constructor asks for. */
  withNavigator<T>(work: () => T): T;
  /** Blocks until a buffer is mapped. A browser cannot do that, and the backend has another way there. */
  readonly waitUntilMapped?: (buffer: GPUBuffer) => void;
}

/** Makes TensorFlow.js's backend `webgpu` one that computes on this adapter. */
export async function registerBackend({ adapter }: Adapter, platform: Platform): Promise<void> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // In a browser the package has registered a backend of its own, which takes whatever adapter it meets first.
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', async () => {
    const device = await adapter.requestDevice({
      requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
      requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
    });
    const backend = platform.withNavigator(() => new WebGPUBackend(device, infoOf(adapter)));
    guardErrors(backend);
    if (platform.waitUntilMapped) readWithoutCanvas(backend, platform.waitUntilMapped);
    return backend;
  });
}

/** As much as the adapter has: by default a device gets what the weakest phone has. */
const limits = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;

/** The backend's parts that are private by its types. */
interface Reader {
  readonly device: GPUDevice;
  readonly tensorMap: { get(id: object): TensorData };
  readonly commandEncoder: GPUCommandEncoder;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  readSync(id: object): tf.BackendValues;
}
interface TensorData {
  values: tf.BackendValues | null | undefined;
  readonly dtype: tf.DataType;
  readonly resource: GPUBuffer;
}

/** `dataSync`, which the backend does with a canvas: outside a browser there is none. */
function readWithoutCanvas(backend: tf.KernelBackend, waitUntilMapped: (buffer: GPUBuffer) => void): void {
  const reader = backend as unknown as Reader;
  const stock = reader.readSync;
  reader.readSync = function readSync(id) {
    const data = this.tensorMap.get(id);
    if (data.values || data.dtype === 'complex64' || data.dtype === 'string') return stock.call(this, id);
    const { size } = data.resource;
    const staging = this.device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    this.commandEncoder.copyBufferToBuffer(data.resource, 0, staging, 0, size);
    this.submitQueue();
    staging.mapAsync(GPUMapMode.READ).catch(() => {}); // a failure shows in the state, and in the device's error
    waitUntilMapped(staging);
    if (staging.mapState !== 'mapped') throw new Error('The GPU does not answer any more: start this process anew.');
    const bytes = staging.getMappedRange().slice(0);
    staging.destroy();
    data.values = tf.util.convertBackendValuesAndArrayBuffer(bytes, data.dtype);
    return data.values;
  };
}
