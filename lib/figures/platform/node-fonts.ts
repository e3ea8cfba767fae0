import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fontWithOnly } from './node-subset';

const chinese = /[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFFEF]/gu;

/** Fonts with Chinese letters, best first, as Linux, macOS and Windows name their files: regular, then bold. */
const chineseFiles = [
  ['NotoSansCJK-Regular.ttc', 'NotoSansCJK-Bold.ttc'],
  ['NotoSansCJKsc-Regular.otf', 'NotoSansCJKsc-Bold.otf'],
  ['NotoSansSC-Regular.otf', 'NotoSansSC-Bold.otf'],
  ['NotoSansSC-Regular.ttf', 'NotoSansSC-Bold.ttf'],
  ['SourceHanSansSC-Regular.otf', 'SourceHanSansSC-Bold.otf'],
  ['SourceHanSansCN-Regular.otf', 'SourceHanSansCN-Bold.otf'],
  ['PingFang.ttc'],
  ['Hiragino Sans GB.ttc'],
  ['msyh.ttc', 'msyhbd.ttc'],
  ['wqy-microhei.ttc'],
  ['wqy-zenhei.ttc'],
  ['DroidSansFallbackFull.ttf'],
  ['simhei.ttf'],
];

/**
 * Draws with the fonts that a picture needs and no more: the renderer loads them anew for each picture, from files.
 * @param draw gets the names of the files, which may be gone after it
 */
export function withFonts<Result>(svg: string, draw: (files: string[]) => Result): Result {
  const latin = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf', 'DejaVuSans-Oblique.ttf'].map((file) =>
    require.resolve(`dejavu-fonts-ttf/ttf/${file}`),
  );
  const letters = svg.match(chinese);
  if (!letters) return draw(latin);
  const fonts = chineseFonts().slice(0, svg.includes('font-weight="bold"') ? 2 : 1);
  const own = temporaryFolder();
  try {
    return draw([...latin, ...fonts.map((font) => font.fileWith(letters, own))]);
  } finally {
    if (own) rmSync(own, { recursive: true, force: true });
  }
}

/** @returns undefined where nothing may be written */
function temporaryFolder(): string | undefined {
  try {
    return mkdtempSync(path.join(tmpdir(), 'genlab-fonts-'));
  } catch {
    return undefined;
  }
}

/**
 * A font with only the letters that were asked for so far. The renderer reads the whole file for each letter it draws,
 * and a Chinese font has 20 MB: without this, a title takes a second.
 */
class GrowingFont {
  private readonly letters = new Set<string>();
  private part: Buffer | undefined;

  constructor(private readonly source: string) {}

  fileWith(letters: Iterable<string>, folder: string | undefined): string {
    if (!folder) return this.source; // slow, but right
    const known = this.letters.size;
    for (const letter of letters) this.letters.add(letter);
    if (this.letters.size > known) this.part = fontWithOnly(readFileSync(this.source), [...this.letters]);
    if (!this.part) return this.source;
    const file = path.join(folder, path.basename(this.source));
    writeFileSync(file, this.part);
    return file;
  }
}

let found: GrowingFont[] | undefined;

/** Without one, still pictures show boxes for Chinese letters; the live figure beside them does not. */
function chineseFonts(): GrowingFont[] {
  if (!found) {
    const folders = [
      '/usr/share/fonts',
      '/usr/local/share/fonts',
      path.join(homedir(), '.local/share/fonts'),
      '/System/Library/Fonts',
      '/Library/Fonts',
      path.join(process.env.WINDIR ?? 'C:\\Windows', 'Fonts'),
    ];
    const files = new Map(folders.filter((one) => existsSync(one)).flatMap(filesBelow));
    const set = chineseFiles.find(([regular]) => files.has(regular)) ?? [];
    found = set.flatMap((name) => files.get(name) ?? []).map((file) => new GrowingFont(file));
  }
  return found;
}

function filesBelow(top: string): [name: string, file: string][] {
  return readdirSync(top, { recursive: true, encoding: 'utf8' }).map((file) => [
    path.basename(file),
    path.join(top, file),
  ]);
}
