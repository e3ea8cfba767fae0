import { pythonSuite } from './python';

pythonSuite('wire', 'malformed messages, killed and restarted kernels');
