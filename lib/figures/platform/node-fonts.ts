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

/** Files of the fonts that a picture needs and no more: the renderer loads them anew for each picture. */
export function fontsFor(svg: string): string[] {
  const latin = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf', 'DejaVuSans-Oblique.ttf'].map((file) =>
    require.resolve(`dejavu-fonts-ttf/ttf/${file}`),
  );
  const letters = svg.match(chinese);
  if (!letters) return latin;
  const weights = svg.includes('font-weight="bold"') ? 2 : 1;
  return [
    ...latin,
    ...chineseFonts()
      .slice(0, weights)
      .map((font) => font.fileWith(letters)),
  ];
}

/**
 * A font as a file with only the letters that were asked for so far. The renderer reads the whole file for each letter it
 * draws, and a Chinese font has 20 MB: without this, a title takes a second.
 */
class GrowingFont {
  private readonly letters = new Set<string>();
  private file: string | undefined;

  constructor(private readonly source: string) {}

  fileWith(letters: Iterable<string>): string {
    const known = this.letters.size;
    for (const letter of letters) this.letters.add(letter);
    if (this.file === undefined || this.letters.size > known) this.file = this.write();
    return this.file;
  }

  private write(): string {
    const part = fontWithOnly(readFileSync(this.source), [...this.letters]);
    if (!part) return this.source;
    try {
      const file = path.join(folder(), path.basename(this.source));
      writeFileSync(file, part);
      return file;
    } catch {
      return this.source; // where nothing may be written: slow, but right
    }
  }
}

let ownFolder: string | undefined;

function folder(): string {
  if (ownFolder === undefined) {
    const made = mkdtempSync(path.join(tmpdir(), 'genlab-fonts-'));
    ownFolder = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  return ownFolder;
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
