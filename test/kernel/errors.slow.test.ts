import { pythonSuite } from './python';

pythonSuite('errors', 'errors, language and hot reload');
