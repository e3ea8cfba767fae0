/** `genlab export --class`: results of a class in other systems' formats. */
import path from 'node:path';
import { UserError } from '../errors';
import { classTools } from '../grading';
import { print, several } from './in-class';

/** @returns the exit code */
export async function exportFromClass(
  folder: string,
  names: readonly string[],
  { to = 'csv', output }: { readonly to?: string; readonly output?: string },
): Promise<number> {
  const { classFormats, exportClass, openClass, shown } = await classTools();
  const format = classFormats.find((one) => one === to);
  if (!format) throw new UserError(`--to ${to}: for a class there are ${classFormats.join(', ')}`, 2);
  const room = openClass(folder);
  const target = output === undefined ? path.join(room.places.export, format) : path.resolve(output);
  const files = await exportClass(room, room.lessons(names), format, target);
  print(`${several(files.length, 'file')} in ${shown(target)}`);
  return 0;
}
