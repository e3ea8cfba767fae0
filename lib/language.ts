/** The language that a person is told things in. */
export type Language = 'en' | 'zh';

/** GENLAB_LANG, else a folder `zh` on the way to where Jupyter runs (`work/zh`), else English. */
export function language(): Language {
  const { process } = globalThis;
  const named = process?.env?.GENLAB_LANG?.toLowerCase() ?? '';
  if (/^(en|zh)/.test(named)) return named.startsWith('zh') ? 'zh' : 'en';
  return /(^|[\\/])zh([\\/]|$)/.test(process?.cwd?.() ?? '') ? 'zh' : 'en';
}
