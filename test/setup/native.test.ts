import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { which } from '../../lib/setup/common.js';
import { type Machine, machineOf } from '../../lib/setup/machines.js';
import {
  buildAddon,
  compilerArguments,
  findCompiler,
  firstThatWorks,
  withOrWithoutOurs,
} from '../../lib/setup/native.js';
import { inFolder, sources, wantsCuda } from '../../lib/setup/tensorflow.js';

// As set-up itself loads it: a module of Node's, not of the test runner.
const { SetupError } = createRequire(__filename)(
  '../../lib/setup/common.js',
) as typeof import('../../lib/setup/common.js');

let folder: string;
const said: string[] = [];
const say = (text: string) => void said.push(text);
const noPip = () => Promise.resolve(undefined);

function known(platform: string, processor: string): Machine {
  const machine = machineOf(platform, processor);
  if ('reason' in machine) throw new Error(machine.reason);
  return machine;
}
const linux = known('linux', 'x64');
const mac = known('darwin', 'arm64');

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'genlab-native-'));
  said.length = 0;
  vi.stubEnv('GENLAB_TENSORFLOW', '');
  vi.stubEnv('GENLAB_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('CONDA_PREFIX', '');
  vi.stubEnv('CONDA_EXE', '');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content = '', mode = 0o644) => {
  const whole = path.join(folder, name);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, content, { mode });
  return whole;
};

/** A program in a folder of its own, which the caller puts on PATH. */
const program = (name: string, script: string) => file(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);

/** A library as a source unpacks it: headers, and both libraries at `place`. */
function layout({ library }: Machine, under: string, headers: string, place: string, core = 'libtensorflow_cc') {
  file(path.join(under, headers, 'tensorflow', 'c', 'c_api.h'));
  return [core, 'libtensorflow_framework'].map((stem) => file(path.join(under, place, library(stem))));
}

describe('machines', () => {
  it.each([
    ['linux', 'x64', 'libtensorflow_cc.so.2', 'tensorflow-cpu'],
    ['linux', 'arm64', 'libtensorflow_cc.so.2', 'tensorflow'],
    ['darwin', 'arm64', 'libtensorflow_cc.2.dylib', 'tensorflow'],
  ])('%s %s: %s out of %s', (platform, processor, library, wheel) => {
    const machine = known(platform, processor);
    expect(machine.library('libtensorflow_cc')).toBe(library);
    expect(machine.wheels[0]).toBe(wheel);
  });

  it('says what to do where there is no native engine', () => {
    expect(machineOf('win32', 'x64')).toMatchObject({ reason: expect.stringMatching(/WSL 2.*WebGPU/) as string });
    expect(machineOf('darwin', 'x64')).toMatchObject({ reason: expect.stringContaining('Intel') as string });
    expect(machineOf('freebsd', 'x64')).toMatchObject({ reason: expect.stringContaining('freebsd-x64') as string });
  });

  it("the compiler leaves Node's functions open on a Mac, and finds the library where it lies", () => {
    const tensorflow = { version: '2.18.0', include: '/tf/include', libraries: ['/tf/lib/a', '/tf/lib/b'] };
    const onMac = compilerArguments(mac, tensorflow, 'out');
    expect(onMac.slice(-2)).toEqual(['-undefined', 'dynamic_lookup']);
    const onLinux = compilerArguments(linux, tensorflow, 'out');
    expect(onLinux).toEqual(onMac.slice(0, -2));
    expect(onLinux).toEqual(expect.arrayContaining(['-I/tf/include', '/tf/lib/a', '/tf/lib/b', '-Wl,-rpath,/tf/lib']));
  });

  it.each([linux, mac])('a library of any shape is found: $name', (machine) => {
    const shapes = [
      ['a', 'include', '.', 'libtensorflow_cc'],
      ['b', 'include', 'lib', 'libtensorflow'],
      ['c', 'tensorflow/include', 'tensorflow', 'libtensorflow_cc'],
    ];
    for (const [under, headers, place, core] of shapes) {
      const libraries = layout(machine, under, headers, place, core);
      const found = inFolder(path.join(folder, under), machine);
      expect(found?.libraries).toEqual(libraries);
      expect(found?.include).toBe(path.join(folder, under, headers));
      expect(inFolder(path.join(folder, under), machine === linux ? mac : linux)).toBeUndefined();
    }
  });
});

describe('the compiler', () => {
  it('is the first that works', async () => {
    program('c++', 'echo "fatal error: string: No such file or directory" >&2; exit 1');
    program('g++', 'exit 0');
    vi.stubEnv('CXX', '');
    vi.stubEnv('PATH', path.join(folder, 'bin'));
    expect(await findCompiler()).toBe('g++');
    rmSync(path.join(folder, 'bin', 'g++'));
    await expect(findCompiler()).rejects.toThrow('c++ does not work: fatal error: string: No such file or directory');
    rmSync(path.join(folder, 'bin', 'c++'));
    await expect(findCompiler()).rejects.toThrow(/^there is no C\+\+ compiler [^\n]*$/);
  });
});

describe('an addon whose compiler takes only some sources', () => {
  /** A compiler that refuses what `pattern` matches, and says what else it was asked for. */
  const compiler = (pattern: string) =>
    program(
      'c++',
      `case "$*" in ${pattern}) echo "genlab.cc:12:3: error: no member named 'x'" >&2; echo "and more" >&2; exit 1;; esac
       echo "$*" >> ${path.join(folder, 'asked')}
       while [ "$1" != -o ]; do shift; done; echo addon > "$2"`,
    );
  const build = (command: string) => {
    const [core, framework] = layout(linux, 'tf', 'include', '.');
    const tensorflow = { version: '2.18.0', include: path.join(folder, 'tf/include'), libraries: [core, framework] };
    return withOrWithoutOurs(say, (own) => buildAddon(command, linux, tensorflow, own, say));
  };

  it('is made of all of them where it can be', async () => {
    const { addon, without } = await build(compiler('nothing'));
    expect(without).toBeUndefined();
    expect(readFileSync(addon, 'utf8')).toBe('addon\n');
    expect(readFileSync(path.join(folder, 'asked'), 'utf8')).toMatch(/^(?=.*genlab\.cc)(?!.*tfjs_binding\.cc).*\n$/);
    expect(said).toEqual(['compiling the addon with c++']);
  });

  it("is made of tfjs-node's own, with one line that says why, where ours fail", async () => {
    const { addon, without } = await build(compiler('*genlab.cc*'));
    expect(readFileSync(addon, 'utf8')).toBe('addon\n');
    const asked = readFileSync(path.join(folder, 'asked'), 'utf8');
    expect(asked).toMatch(/^(?=.*tfjs_backend\.cc)(?=.*tfjs_binding\.cc)(?!.*genlab\.cc).*\n$/);
    const why = "the addon does not compile: genlab.cc:12:3: error: no member named 'x'";
    expect(without).toBe(why);
    expect(said.filter((line) => !line.startsWith('compiling'))).toEqual([`without genlab's own functions: ${why}`]);
  });

  it('where all fail there is none, in one line; a fault of our own is no reason to go on', async () => {
    await expect(build(compiler('*'))).rejects.toThrow(/^the addon does not compile: [^\n]*$/);
    const fault = () => Promise.reject(new TypeError('a fault of ours'));
    await expect(withOrWithoutOurs(say, fault)).rejects.toThrow(TypeError);
  });
});

describe('the sources', () => {
  const names = (cuda: boolean) => sources(linux, { findPip: noPip, cuda }).map(({ name }) => name);

  it('come in turn; CUDA first where it is wanted; only its own where GENLAB_TENSORFLOW names one', () => {
    expect(names(false)).toEqual(['PyPI', 'storage.googleapis.com', 'conda']);
    expect(names(true)).toEqual(['PyPI, for CUDA', 'PyPI', 'storage.googleapis.com', 'conda']);
    vi.stubEnv('GENLAB_TENSORFLOW', folder);
    expect(names(true)).toEqual([`GENLAB_TENSORFLOW=${folder}`]);
  });

  it('each that fails is told in one line, and the next one is asked', async () => {
    const fails = { name: 'a', find: () => Promise.reject(new SetupError('no network\nat all')) };
    const works = { name: 'b', find: () => Promise.resolve({ version: '', include: '', libraries: ['lib'] }) };
    expect(await firstThatWorks([fails, works], say, (found) => Promise.resolve(found.libraries[0]))).toBe('lib');
    expect(said).toEqual(['a: no network at all']);
    const load = () => Promise.reject(new SetupError('the addon does not load: GLIBC_2.99'));
    await expect(firstThatWorks([fails, works], say, load)).rejects.toThrow(
      /^a: no network at all; b: the addon does not load: GLIBC_2.99$/,
    );
    const broken = () => Promise.reject(new TypeError('a fault of ours'));
    await expect(firstThatWorks([works], say, broken)).rejects.toThrow(TypeError);
  });

  it('without pip, network and conda: one line with a reason for each', async () => {
    program('python', 'echo "ERROR: No matching distribution found for tensorflow" >&2; exit 1');
    vi.stubEnv('PATH', path.join(folder, 'bin'));
    vi.stubEnv('GENLAB_TENSORFLOW_MIRROR', 'http://127.0.0.1:1');
    const findPip = () => Promise.resolve([path.join(folder, 'bin', 'python')]);
    const failing = firstThatWorks(sources(linux, { findPip, cuda: false }), say, () => Promise.resolve(1));
    await expect(failing).rejects.toThrow(
      /^PyPI: pip could not download tensorflow 2\.18\.0: .*No matching distribution.*; 127\.0\.0\.1:1: .*ECONNREFUSED.*; conda: no active [^\n]*$/,
    );
    expect(said.filter((line) => line.includes(': ')).length).toBeGreaterThanOrEqual(3);
    const none = firstThatWorks(sources(linux, { findPip: noPip, cuda: false }), say, () => Promise.resolve(1));
    await expect(none).rejects.toThrow(/there is no Python with pip/);
  });

  it('GENLAB_TENSORFLOW without a library says what was looked for', async () => {
    vi.stubEnv('GENLAB_TENSORFLOW', folder);
    const [own] = sources(mac, { findPip: noPip, cuda: false });
    await expect(own.find(say)).rejects.toThrow(/holds no libtensorflow_cc\.2\.dylib .*c_api\.h/);
  });

  it('the official archive is fetched and unpacked, once', async () => {
    const [core] = layout(linux, 'made', 'include', 'lib', 'libtensorflow');
    const archive = path.join(folder, 'made.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', path.join(folder, 'made'), '.']);
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end(readFileSync(archive));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('GENLAB_TENSORFLOW_MIRROR', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (let i = 0; i < 2; i++) {
      const found = await sources(linux, { findPip: noPip, cuda: false })[1].find(say);
      expect(path.basename(found.libraries[0])).toBe(path.basename(core));
    }
    server.close();
    expect(asked).toEqual(['/versions/2.18.0/libtensorflow-cpu-linux-x86_64.tar.gz']);
  });

  it('conda: the active environment, or a new one', async () => {
    const find = () => sources(linux, { findPip: noPip, cuda: false })[2].find(say);
    const [core] = layout(linux, 'active', 'include', 'lib', 'libtensorflow');
    vi.stubEnv('CONDA_PREFIX', path.join(folder, 'active'));
    expect((await find()).libraries[0]).toBe(core);
    vi.stubEnv('CONDA_PREFIX', '');
    program(
      'mamba',
      `while [ "$1" != --prefix ]; do shift; done; /bin/mkdir -p "$2"; /bin/cp -r ${path.join(folder, 'active')}/. "$2"`,
    );
    vi.stubEnv('PATH', path.join(folder, 'bin'));
    expect((await find()).libraries[0]).toContain('2.18.0-linux-x64-conda');
    expect(said).toEqual(['mamba installs libtensorflow']);
  });
});

describe.skipIf(!which('python3'))('wheels', () => {
  /** A Python whose pip answers with wheels made here: TensorFlow's wants one of NVIDIA's. */
  function fakePip(): string {
    const make = `
import sys, zipfile
def wheel(name, files):
    with zipfile.ZipFile(sys.argv[1] + "/" + name + ".whl", "w") as z:
        for f, text in files.items(): z.writestr(f, text)
t = "tensorflow/"
wheel("tensorflow", {t + "libtensorflow_cc.so.2": "c", t + "libtensorflow_framework.so.2": "f",
  t + "include/tensorflow/c/c_api.h": "h", t + "python/large.py": "x",
  "tensorflow-2.18.0.dist-info/METADATA": "Requires-Dist: nvidia-cublas-cu12 (==12.5.3.2) ; extra == 'and-cuda'\\n"})
wheel("nvidia-cublas-cu12", {"nvidia/cublas/lib/libcublas.so.12": "n"})`;
    const wheels = path.join(folder, 'wheels');
    mkdirSync(wheels);
    execFileSync('python3', ['-c', make, wheels]);
    return program(
      'python',
      `case "$*" in
        *"pip download"*tensorflow-cpu==*) echo "ERROR: none" >&2; exit 1;;
        *"pip download"*) for last; do :; done; while [ "$1" != --dest ]; do shift; done; cp ${wheels}/\${last%%==*}.whl $2/;;
        *) exec ${which('python3')} "$@";;
      esac`,
    );
  }

  it('the library is taken out, and the next wheel is tried where one is missing', async () => {
    const python = fakePip();
    const options = { findPip: () => Promise.resolve([python]), cuda: false };
    const found = await sources(linux, options)[0].find(say);
    expect(found.version).toBe('2.18.0');
    expect(readFileSync(found.libraries[0], 'utf8')).toBe('c');
    expect(found.libraries[0]).not.toContain('cuda');
    expect(said).toEqual(
      expect.arrayContaining(['downloading tensorflow-cpu 2.18.0', 'downloading tensorflow 2.18.0']),
    );
    expect(said.join()).not.toContain('nvidia');
  });

  it("for CUDA, NVIDIA's libraries lie beside it, where TensorFlow looks for them", async () => {
    const python = fakePip();
    const found = await sources(linux, { findPip: () => Promise.resolve([python]), cuda: true })[0].find(say);
    const beside = path.join(path.dirname(found.libraries[0]), '..', 'nvidia', 'cublas', 'lib', 'libcublas.so.12');
    expect(readFileSync(beside, 'utf8')).toBe('n');
    expect(said).toContain('downloading nvidia-cublas-cu12 12.5.3.2');
  });
});

describe('whether to build for CUDA', () => {
  it.each([
    ['1', '', true],
    ['0', 'echo "GPU 0: NVIDIA H100"', false],
    ['', 'echo "GPU 0: NVIDIA H100"', true],
    ['', 'echo "NVIDIA-SMI has failed"; exit 9', false],
    ['', '', false],
  ])('GENLAB_CUDA=%s, nvidia-smi: %s', async (asked, script, expected) => {
    if (script) program('nvidia-smi', script);
    vi.stubEnv('GENLAB_CUDA', asked);
    vi.stubEnv('PATH', path.join(folder, 'bin'));
    expect(await wantsCuda()).toBe(expected);
  });
});
