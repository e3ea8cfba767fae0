import type { Language, Style } from '../../datasets';
import { UserError } from '../errors';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'faces',
  summary: 'Draw a sheet of captioned faces',
  usage:
    'genlab faces [--count N] [--size PIXELS] [--style STYLE] [--seed SEED] [--lang en|zh|both] [--zoom TIMES] [--palette] [--out FOLDER]',
  options: {
    count: { type: 'string', value: 'N', help: 'How many faces; 64 unless told.' },
    size: { type: 'string', value: 'PIXELS', help: 'Side of a face in pixels; 64 unless told.' },
    style: { type: 'string', value: 'STYLE', help: 'comic, sketch or watercolour; all of them unless told.' },
    seed: { type: 'string', value: 'SEED', help: 'Another number draws other faces.' },
    lang: { type: 'string', value: 'LANG', help: 'Language of the captions: en, zh, or both (the default).' },
    zoom: {
      type: 'string',
      value: 'TIMES',
      help: 'Screen pixels for a pixel; as many as make a face 192 wide unless told.',
    },
    palette: { type: 'boolean', help: 'Write the PNG with 256 colours: a third of the bytes.' },
    out: { type: 'string', value: 'FOLDER', help: 'Where to write faces.png and faces.html; out unless told.' },
  },
  details: `Faces and captions are made from the seed, as in captionedFaces() of the library; nothing is downloaded.`,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new UserError('faces takes no arguments\nSee genlab faces --help', 2);
    const count = whole('count', values.count ?? '64', 1, 1000);
    const size = whole('size', values.size ?? '64', 16, 256);
    const seed = whole('seed', values.seed ?? '0', 0, 2 ** 32 - 1);
    const { lang = 'both', style, out = 'out' } = values;
    if (lang !== 'en' && lang !== 'zh' && lang !== 'both') {
      throw new UserError(`--lang is en, zh or both, got ${lang}\nSee genlab faces --help`, 2);
    }
    const [{ captionedFaces, faces }, { imageGrid, wrapped }, { mkdir, writeFile }, path, { ready }] =
      await Promise.all([
        import('../../datasets'),
        import('../figures'),
        import('node:fs/promises'),
        import('node:path'),
        import('../engine'),
      ]);
    const styles: readonly string[] = faces.attributeValues.style;
    if (style !== undefined && !styles.includes(style)) {
      throw new UserError(`--style is one of ${styles.join(', ')}; got ${style}\nSee genlab faces --help`, 2);
    }
    await ready();
    const only = style === undefined ? {} : { style: style as Style };
    const { train } = captionedFaces({ size, seed, train: count, test: 0, heldOut: 0, combinations: 'all', only });
    const scale = values.zoom ? whole('zoom', values.zoom, 1, 32) : Math.max(1, Math.round(192 / size));
    const places = Array.from({ length: count }, (_, i) => i);
    const languages: readonly Language[] = lang === 'both' ? ['en', 'zh'] : [lang];
    const captions = languages.map((language) => train.captions(places, { language, detail: 0.45 }));
    const labels = places.map((i) => captions.map((list) => wrapped(list[i], size * scale)).join('\n'));
    const images = train.images(places);
    const figure = imageGrid(images, { labels, columns: Math.min(count, 8), scale, gap: 16 });
    images.dispose();
    const bundle = figure.bundle();
    await mkdir(out, { recursive: true });
    const png = path.join(out, 'faces.png');
    const picture = Buffer.from(bundle['image/png'] as string, 'base64');
    await writeFile(png, values.palette ? (await import('./palette-png')).withPalette(picture) : picture);
    const html = path.join(out, 'faces.html');
    const page = `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Captioned faces</title>\n${String(bundle['text/html'])}\n</html>\n`;
    await writeFile(html, page);
    process.stdout.write(`${png}\n${html}\n`);
  },
});

function whole(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new UserError(`--${name} is a whole number from ${low} to ${high}, got ${text}\nSee genlab faces --help`, 2);
}
