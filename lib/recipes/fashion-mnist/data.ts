import { fashionMnist } from '../../../datasets';

/** What every recipe of Fashion-MNIST has in common. */
export const clothes = {
  data: 'fashion-mnist',
  images: 'Fashion-MNIST, the 60,000 training images of 28×28 grey levels',
  load: () => fashionMnist(),
  seed: 0,
} as const;
