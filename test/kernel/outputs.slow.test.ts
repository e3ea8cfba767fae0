import { pythonSuite } from './python';

pythonSuite('outputs', 'nothing printed or shown is lost');
