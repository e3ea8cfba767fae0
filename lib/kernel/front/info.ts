import ts from 'typescript';
import { PROTOCOL_VERSION } from './wire';

/** What a kernel says of itself. */
export const kernelInfo = (version: string): object => ({
  protocol_version: PROTOCOL_VERSION,
  implementation: 'genlab',
  implementation_version: version,
  banner: `genlab ${version}: TypeScript ${ts.version} on Node ${process.version}`,
  language_info: {
    name: 'typescript',
    version: ts.version,
    mimetype: 'text/x-typescript',
    file_extension: '.ts',
    pygments_lexer: 'typescript',
    codemirror_mode: 'typescript',
    nbconvert_exporter: 'script',
  },
  help_links: [{ text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' }],
  debugger: false,
});
