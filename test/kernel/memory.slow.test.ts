import { pythonSuite } from './python';

pythonSuite('memory', 'memory stays flat');
