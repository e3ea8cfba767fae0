/** The training steps of nets.ts on the engine of GENLAB_ENGINE, as a process that `besideTorch` asks. */
import { answerMain } from './answer';
import { nets } from './nets';

answerMain(nets);
