import { pythonSuite } from './python';

pythonSuite('convert', 'nbconvert');
