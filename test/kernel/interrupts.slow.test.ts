import { pythonSuite } from './python';

pythonSuite('interrupts', 'every kind of cell can be interrupted');
