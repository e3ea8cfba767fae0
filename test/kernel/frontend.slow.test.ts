import { pythonSuite } from './python';

pythonSuite('frontend', 'completion, inspection, input, comms');
