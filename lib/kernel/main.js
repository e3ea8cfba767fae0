'use strict';
/** What Jupyter starts: `node lib/kernel/main.js CONNECTION_FILE`. Registers the TypeScript loader, then runs the front. */
require('../setup/register.js');
process.setSourceMapsEnabled(false); // costs a second of start-up in the compiler's own map
require('./front/compiler-cache').loadCompiler();
require('./front/main');
