import { describeAttacks } from './harness';
import { losses, neighbours } from './losses';

describeAttacks('what is lost is lost for a reason', losses);
describeAttacks('what one cell does to the others', neighbours);
