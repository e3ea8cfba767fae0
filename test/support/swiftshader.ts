import fs from 'node:fs';

const folder = process.env.SWIFTSHADER ?? '/usr/lib/chromium';
const driver = `${folder}/vk_swiftshader_icd.json`;
const loader = `${folder}/libvulkan.so.1`;

/** Why WebGPU cannot be tried here. `undefined`: it can, on SwiftShader, the software GPU that comes with Chromium. */
export const noSwiftshader =
  process.platform === 'linux' && fs.existsSync(driver) && fs.existsSync(loader)
    ? undefined
    : `no SwiftShader in ${folder} (Debian's package chromium brings it; SWIFTSHADER names another folder)`;

/** What a process needs to find it. */
export const swiftshaderEnv = { VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: folder };

/** Lets this process find it: the loader of Vulkan is read from LD_LIBRARY_PATH only at a process's start. */
export function useSwiftshader(): void {
  process.env.VK_DRIVER_FILES = driver;
  const [now, keepLoaded] = [2, 0x1000]; // RTLD_NOW, RTLD_NODELETE
  try {
    process.dlopen({ exports: {} }, loader, now | keepLoaded);
  } catch {
    // It is no addon of Node's, which is an error, and stays loaded.
  }
}
