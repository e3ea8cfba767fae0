import { pythonSuite } from './python';

pythonSuite('conformance', "Jupyter's conformance suite");
