'use strict';
/** Entry of the executor's process: registers the TypeScript loader, then runs main.ts. */
require('../../setup/register.js');
process.setSourceMapsEnabled(false); // stack.ts maps what is shown; Node would read every package's maps at import
require('./main');
