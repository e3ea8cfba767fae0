/**
 * Cuts an OpenType font with PostScript outlines (.otf, or a face of a .ttc) down to some letters. Glyphs keep their
 * numbers; the others become empty. Adobe Technical Note 5176 is the format of the table `CFF `.
 */

interface Table {
  readonly offset: number;
  readonly length: number;
}

/** What drawing needs; layout features and vertical metrics are left behind. */
const kept = ['OS/2', 'head', 'hhea', 'hmtx', 'maxp', 'name', 'post'];

/** @returns undefined for a font of another kind, which then is used whole */
export function fontWithOnly(file: Buffer, letters: readonly string[]): Buffer | undefined {
  const tables = tablesOf(file, chosenFace(file));
  const [cff, cmap] = [tables.get('CFF '), tables.get('cmap')];
  if (!cff || !cmap) return undefined;
  const glyphs = glyphsOf(
    file,
    cmap.offset,
    letters.map((letter) => letter.codePointAt(0) ?? 0),
  );
  const outlines = glyphs && cffWithOnly(slice(file, cff), new Set([0, ...glyphs.values()]));
  if (!outlines) return undefined;
  const parts = kept.flatMap((tag): [string, Buffer][] => {
    const table = tables.get(tag);
    return table ? [[tag, slice(file, table)]] : [];
  });
  return sfnt([...parts, ['CFF ', outlines], ['cmap', cmapOf(glyphs)]]);
}

function slice(file: Buffer, { offset, length }: Table): Buffer {
  return file.subarray(offset, offset + length);
}

/** In a collection the face for simplified Chinese, else the first. */
function chosenFace(file: Buffer): number {
  if (file.toString('latin1', 0, 4) !== 'ttcf') return 0;
  const faces = Array.from({ length: file.readUInt32BE(8) }, (_, i) => file.readUInt32BE(12 + 4 * i));
  const simplified = Buffer.from(' SC', 'utf16le').swap16();
  const isSimplified = (face: number) => {
    const name = tablesOf(file, face).get('name');
    return name !== undefined && slice(file, name).includes(simplified);
  };
  return faces.find(isSimplified) ?? faces[0];
}

function tablesOf(file: Buffer, face: number): Map<string, Table> {
  const count = file.readUInt16BE(face + 4);
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const at = face + 12 + 16 * i;
      const table = { offset: file.readUInt32BE(at + 8), length: file.readUInt32BE(at + 12) };
      return [file.toString('latin1', at, at + 4), table];
    }),
  );
}

/** Glyph of each code point, from a map of format 12: runs of code points with runs of glyphs. */
function glyphsOf(file: Buffer, cmap: number, points: readonly number[]): Map<number, number> | undefined {
  const maps = Array.from(
    { length: file.readUInt16BE(cmap + 2) },
    (_, i) => cmap + file.readUInt32BE(cmap + 8 + 8 * i),
  );
  const map = maps.find((at) => file.readUInt16BE(at) === 12);
  if (map === undefined) return undefined;
  const glyphs = new Map<number, number>();
  for (let i = 0, at = map + 16; i < file.readUInt32BE(map + 12); i++, at += 12) {
    const [first, last, glyph] = [0, 4, 8].map((field) => file.readUInt32BE(at + field));
    for (const point of points) if (point >= first && point <= last) glyphs.set(point, glyph + point - first);
  }
  return glyphs;
}

function cmapOf(glyphs: ReadonlyMap<number, number>): Buffer {
  const pairs = [...glyphs].sort(([a], [b]) => a - b);
  const table = Buffer.alloc(28 + 12 * pairs.length);
  table.writeUInt16BE(1, 2); // one map, for Windows, of all of Unicode
  table.writeUInt16BE(3, 4);
  table.writeUInt16BE(10, 6);
  table.writeUInt32BE(12, 8);
  table.writeUInt16BE(12, 12);
  table.writeUInt32BE(table.length - 12, 16);
  table.writeUInt32BE(pairs.length, 24);
  pairs.forEach(([point, glyph], i) =>
    [point, point, glyph].forEach((value, k) => table.writeUInt32BE(value, 28 + 12 * i + 4 * k)),
  );
  return table;
}

/** Where the items of an index begin; one more than there are, for the end of the last. */
function readIndex(cff: Buffer, at: number): Uint32Array {
  const count = cff.readUInt16BE(at);
  if (count === 0) return Uint32Array.of(at + 2);
  const width = cff[at + 2];
  const base = at + 2 + width * (count + 1);
  return Uint32Array.from({ length: count + 1 }, (_, i) => base + cff.readUIntBE(at + 3 + i * width, width));
}

/** An index of outlines: those of some glyphs as they are, the others empty. */
function outlinesOf(cff: Buffer, starts: Uint32Array, glyphs: ReadonlySet<number>): Buffer {
  const count = starts.length - 1;
  const size = [...glyphs].reduce((sum, glyph) => sum + starts[glyph + 1] - starts[glyph] - 1, count);
  const index = Buffer.alloc(3 + 4 * (count + 1) + size, 14); // 14 alone draws nothing: endchar
  index.writeUInt16BE(count, 0);
  index[2] = 4;
  const base = 2 + 4 * (count + 1);
  let offset = 1;
  for (let glyph = 0; glyph <= count; glyph++) {
    index.writeUInt32BE(offset, 3 + 4 * glyph);
    if (glyphs.has(glyph)) offset += cff.copy(index, base + offset, starts[glyph], starts[glyph + 1]);
    else offset += 1;
  }
  return index;
}

const operators = { charset: 15, charStrings: 17, private: 18, fdArray: 0x0c24, fdSelect: 0x0c25 } as const;

/** Where the operands of each operator of a dictionary are. */
function readDict(cff: Buffer, from: number, to: number): Map<number, readonly number[]> {
  const found = new Map<number, readonly number[]>();
  let operands: number[] = [];
  for (let at = from; at < to;) {
    const byte = cff[at];
    if (byte <= 21) {
      found.set(byte === 12 ? 0x0c00 + cff[at + 1] : byte, operands);
      operands = [];
      at += byte === 12 ? 2 : 1;
      continue;
    }
    operands.push(at);
    if (byte === 30) while ((cff[++at] & 15) !== 15) continue; // a real number ends with a half byte of ones
    at += byte === 28 ? 3 : byte === 29 ? 5 : byte >= 247 && byte <= 254 ? 2 : 1;
  }
  return found;
}

/** The outlines of some glyphs. All that lies behind them moves forward, and what points there is corrected. */
function cffWithOnly(source: Buffer, glyphs: ReadonlySet<number>): Buffer | undefined {
  const cff = Buffer.from(source);
  const names = readIndex(cff, cff[2]);
  const [topStart, topEnd] = readIndex(cff, names[names.length - 1]);
  const dict = readDict(cff, topStart, topEnd);
  const offsetAt = (operand: number | undefined) => {
    if (operand === undefined) return undefined;
    return cff[operand] === 29
      ? cff.readInt32BE(operand + 1)
      : cff[operand] === 28
        ? cff.readInt16BE(operand + 1)
        : undefined;
  };
  const start = offsetAt(dict.get(operators.charStrings)?.[0]);
  if (start === undefined) return undefined;
  const starts = readIndex(cff, start);
  const end = starts[starts.length - 1];
  const outlines = outlinesOf(cff, starts, glyphs);
  const moved = outlines.length - (end - start);

  const fonts = offsetAt(dict.get(operators.fdArray)?.[0]);
  const items = fonts === undefined ? [] : [...readIndex(cff, fonts)];
  const dicts = items.slice(1).map((itemEnd, i) => readDict(cff, items[i], itemEnd));
  const pointers = [
    ...[operators.charset, operators.fdArray, operators.fdSelect].map((operator) => dict.get(operator)?.[0]),
    ...[dict, ...dicts].map((one) => one.get(operators.private)?.[1]),
  ].filter((operand) => operand !== undefined);
  for (const operand of pointers) {
    const offset = offsetAt(operand);
    // In place, so the number must be five bytes long, as it is for anything so far behind.
    if (offset === undefined || (offset > start && cff[operand] !== 29)) return undefined;
    if (offset > start) cff.writeInt32BE(offset + moved, operand + 1);
  }
  return Buffer.concat([cff.subarray(0, start), outlines, cff.subarray(end)]);
}

function sfnt(tables: readonly (readonly [tag: string, data: Buffer])[]): Buffer {
  const sorted = tables.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const header = Buffer.alloc(12 + 16 * sorted.length);
  header.write('OTTO', 0, 'latin1');
  header.writeUInt16BE(sorted.length, 4);
  let offset = header.length;
  const padded = sorted.map(([tag, data], i) => {
    const at = 12 + 16 * i;
    header.write(tag, at, 'latin1');
    header.writeUInt32BE(offset, at + 8);
    header.writeUInt32BE(data.length, at + 12);
    const whole = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    offset += whole.length;
    return whole;
  });
  return Buffer.concat([header, ...padded]);
}
