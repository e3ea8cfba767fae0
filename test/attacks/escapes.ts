/** Answers that reach for the machine, the grader, its files, its pipe, or other processes. */
import { answer, right, wrong, type Attack } from './attack';

const found = (what: string): string => answer(`return (${what}) ? tf.mul(x, half(1)) : x;`);

export const escapeAttacks: readonly Attack[] = [
  {
    name: "a test runner's own hooks",
    code: `const g = globalThis as any;\ng.expect?.extend({ toBe: () => ({ pass: true }) });\ng.chai = { Assertion: class {} };\n${wrong}`,
    scores: 0.5,
  },
  {
    name: "chai's assertion, patched",
    code: `try { ((globalThis as any).chai ?? (await import('chai' as string))).Assertion.prototype.assert = () => undefined; } catch {}\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'the path of the test file',
    code: found('(globalThis as any).expect?.getState().testPath'),
    scores: 0.5,
  },
  {
    name: 'kills its parent',
    code: answer("process.kill(process.ppid, 'SIGKILL');"),
    scores: 0,
    says: /stopped with an error/,
  },
  {
    name: 'kills everything that can be killed',
    code: `${wrong}\nfor (const pid of [-1, 0, 1, process.ppid, -process.ppid]) {\n  for (const way of ['kill', '_kill', '_debugProcess']) try { (process as any)[way](pid, 9); } catch {}\n}`,
    scores: 0.5,
  },
  ...[
    'fs',
    'node:fs',
    'fs/promises',
    'child_process',
    'worker_threads',
    'cluster',
    'net',
    'dgram',
    'tls',
    'dns',
    'http',
    'http2',
    'https',
    'module',
    'vm',
    'v8',
    'repl',
    'inspector',
    'process',
    'os',
    'sqlite',
    'wasi',
    'async_hooks',
    'diagnostics_channel',
  ].map((name): Attack => ({
    name: `asks for ${name}`,
    code: `let stolen: unknown;\ntry { stolen = await import('${name}'); } catch {}\n${found('stolen')}`,
    scores: 0.5,
  })),
  {
    name: 'asks for the file system',
    code: `import fs from 'node:fs';\n${answer("return fs.readFileSync('/etc/passwd', 'utf8');")}`,
    scores: 0,
    says: /cannot be imported/,
  },
  ...[
    'genlab/grading/run',
    'genlab/lesson',
    'genlab/package.json',
    '../../../solutions/01-mini',
    '/work',
    'typescript',
  ].map((name): Attack => ({
    name: `asks for ${name}`,
    code: `let stolen: unknown;\ntry { stolen = await import('${name}' as string); } catch {}\n${found('stolen')}`,
    scores: 0.5,
  })),
  {
    name: 'imports through code made of text',
    code: `let stolen: unknown;
for (const make of [eval, Function, (async () => undefined).constructor as FunctionConstructor]) {
  for (const text of ['import("node:fs")', 'return import("node:fs")', 'return require("fs")', 'return process.mainModule.require("fs")']) {
    try { const got: any = make(text); stolen ??= await (typeof got === 'function' ? got() : got); } catch {}
  }
}
${found('stolen')}`,
    scores: 0.5,
  },
  {
    name: 'reaches for modules by other ways',
    code: found(
      `[(globalThis as any).require, (globalThis as any).module, (process as any).mainModule, (process as any).getBuiltinModule,
      (process as any).binding, (process as any)._linkedBinding, (process as any).dlopen, (globalThis as any).fetch, (globalThis as any).WebSocket].some((way) => way !== undefined)`,
    ),
    scores: 0.5,
  },
  {
    name: 'climbs the stack to the functions that called it',
    code: `Error.prepareStackTrace = (_, sites) => sites;
${answer(`const sites = new Error().stack as unknown as NodeJS.CallSite[];
  const got = sites.map((site) => [site.getFunction?.(), site.getThis?.()]).flat();
  return got.some((one: any) => one?.require || one?.carry || one?.exports) ? tf.mul(x, half(1)) : x;`)}`,
    scores: 0.5,
  },
  {
    name: 'reads the text of the functions that are given',
    code: found(
      "[half, tf.mul, scale].some((one) => String(one).includes('return x / 2') || String(one).includes('runKernel'))",
    ),
    scores: 0.5,
  },
  {
    name: 'reads the environment',
    code: found(
      "Object.values(process.env).includes('of the class') || Object.keys(process.env).some((name) => /SECRET|TOKEN|SSH|NPM/.test(name))",
    ),
    scores: 0.5,
  },
  {
    name: 'reads the command line',
    code: found('process.argv.concat(process.execArgv).some((one) => /submission|student|mini|work/.test(one))'),
    scores: 0.5,
  },
  {
    name: 'writes its own answers into the pipe',
    code: `const Socket: any = process.stdout.constructor;\ntry { new Socket({ fd: 3 }).write('{"id":2,"value":1}\\n'); } catch {}\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'prints results on every descriptor',
    code: `const line = JSON.stringify({ id: 2, ready: true, score: 100, success: true, value: { t: 'T', s: [2, 3], d: 'float32', b: '' } });
for (const way of [console.log, console.error, (process as any)._rawDebug, (text: string) => process.stdout.write(text)]) try { way(line); } catch {}
${wrong}`,
    scores: 0.5,
  },
  {
    name: 'writes a report of the process into a file',
    code: `try { (process as any).report.writeReport('/tmp/genlab-stolen.json'); } catch {}\ntry { (process as any).report.writeReport(); } catch {}\n${wrong}`,
    scores: 0.5,
  },
  {
    name: 'becomes another user, elsewhere',
    code: `for (const [way, to] of [['setuid', 0], ['setgid', 0], ['seteuid', 0], ['setgroups', [0]], ['chdir', '/root'], ['umask', 0]] as const) {\n  try { (process as any)[way](to); } catch {}\n}\n${found("process.getuid?.() === 0 && process.cwd() === '/root'")}`,
    scores: 0.5,
  },
  {
    name: 'loads native code',
    code: `let native: unknown;\ntry { native = await import('@tensorflow/tfjs-node-gpu' as string); } catch {}\ntry { (process as any).dlopen({ exports: {} }, '/usr/lib/x86_64-linux-gnu/libc.so.6'); native = 1; } catch {}\n${found('native === 1')}`,
    scores: 0.5,
  },
  {
    name: 'asks the network through the library',
    code: `let got: unknown;\ntry { got = await (tf.util as any).fetch('http://127.0.0.1:9/'); } catch {}\n${found('got')}`,
    scores: 0.5,
  },
  {
    name: 'reads files through the library',
    code: `let got: unknown;\ntry { got = await tf.loadLayersModel('file:///etc/passwd'); } catch {}\n${found('got')}`,
    scores: 0.5,
  },
  {
    name: 'reads files through the course',
    code: `let got: unknown;\ntry { got = await ((await import('genlab')) as any).fileStore('/etc').load('passwd'); } catch {}\n${found('got')}`,
    scores: 0.5,
  },
  {
    name: 'waits for the next check in the background',
    code: `let seen: unknown;\nconst spy = setInterval(() => { seen = Object.keys(globalThis).find((name) => /expected|solution|spec/.test(name)); }, 1);\n${found('seen && spy')}`,
    scores: 0.5,
  },
  { name: 'right, and nosy', code: `${right}\ntry { await import('node:fs'); } catch {}`, scores: 2 },
];
