/** The work of bench/models/*.ts on the engine of GENLAB_ENGINE, as a process that `besideTorch` asks. */
import { answerMain } from './answer';
import { modelWorks } from './model_groups';

void modelWorks().then(answerMain);
