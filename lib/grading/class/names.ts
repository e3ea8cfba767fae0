import { UserError } from '../../errors';

/** Names that Windows keeps for devices, whatever their ending. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Why something cannot be a student's name in the class, or nothing where it can. It is a folder's name on every system. */
export function whyNotStudent(id: string): string | undefined {
  if (id === '') return 'it is empty';
  if (id.length > 64) return 'it has more than 64 characters';
  if (!/^[A-Za-z0-9._@-]+$/.test(id)) return 'letters A–Z, digits and . _ @ - are possible';
  if (/^[.-]/.test(id) || id.endsWith('.')) return 'it begins with a dot or a dash, or ends with a dot';
  if (devices.test(id)) return 'Windows keeps this name for a device';
  return undefined;
}

export function checkStudent(id: string): string {
  const why = whyNotStudent(id);
  if (why) throw new UserError(`${JSON.stringify(id)} cannot be a student's name here: ${why}.`);
  return id;
}

/** One time as a file's name: `2026-11-21T17-03-22.123Z`. */
export const timeName = (time: string): string => time.replaceAll(':', '-');

/** The time in a file's name, ISO 8601 in UTC; nothing where there is none. A second file of one time has `-2` behind it. */
export function timeOfName(name: string): string | undefined {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d(?:\.\d{1,3})?)Z(?:-\d+)?\.ipynb$/.exec(name);
  if (!found) return undefined;
  const [, day, hour, minute, second] = found;
  const time = new Date(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** Letters and digits of a name in lower case, without accents: what two spellings of it share. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
