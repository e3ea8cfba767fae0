/** The words for every value of every attribute, in both languages: what captions are made of and are read back with. */
import type { Bilingual, Language } from '../types';
import type { AttributeName, Attributes } from './attributes';

type Words<Name extends AttributeName> = Readonly<Record<Attributes[Name], readonly string[]>>;
export type Lexicon = { readonly [Name in AttributeName]: Words<Name> };

/**
 * The first word of a list is the plain one, which also names the class. `{their}` becomes her, his or their. Words for one value mean no other: a caption can be
 * read back. Where a colour goes depends on what it is the colour of, so that is not here but in the grammar.
 */
export const lexicon: Bilingual<Lexicon> = {
  en: {
    style: {
      comic: ['comic', 'comic drawing', 'cartoon'],
      sketch: ['pencil sketch', 'pencil drawing', 'sketch'],
      watercolour: ['watercolour', 'watercolour painting'],
    },
    person: {
      girl: ['girl', 'little girl', 'young girl'],
      boy: ['boy', 'little boy', 'young boy'],
      woman: ['woman', 'lady'],
      man: ['man', 'gentleman'],
    },
    skin: { fair: ['fair', 'pale'], tan: ['tanned'], brown: ['brown'], dark: ['dark'] },
    hair: {
      bald: ['bald'],
      short: ['short'],
      spiky: ['spiky'],
      bob: ['bob'],
      long: ['long'],
      curly: ['curly'],
      bun: ['bun'],
      pigtails: ['pigtails'],
    },
    hairColour: {
      black: ['black'],
      brown: ['brown'],
      blond: ['blond', 'golden'],
      red: ['red', 'ginger'],
      grey: ['grey', 'silver'],
      blue: ['blue'],
      pink: ['pink'],
    },
    eyes: {
      open: ['open eyes'],
      closed: ['closed eyes', 'eyes closed', 'eyes shut'],
      wink: ['winking', 'giving a wink'],
    },
    eyeColour: { brown: ['brown'], blue: ['blue'], green: ['green'] },
    glasses: {
      none: ['no glasses', 'without glasses'],
      round: ['round glasses', 'round spectacles'],
      square: ['square glasses', 'square spectacles'],
      sunglasses: ['sunglasses', 'dark glasses', 'shades'],
    },
    mouth: {
      smile: ['smiling', 'with a smile', 'with a gentle smile', 'with a happy smile'],
      laugh: ['laughing', 'laughing out loud', 'with a big laugh'],
      sad: ['looking sad', 'frowning', 'with a sad face'],
      tongue: ['sticking out {their} tongue', 'with {their} tongue out'],
      surprised: ['looking surprised', 'with a surprised look', 'with {their} mouth open in surprise'],
    },
    cheeks: { plain: ['plain cheeks'], rosy: ['rosy cheeks', 'red cheeks', 'blushing cheeks'] },
    earrings: { no: ['no earrings'], yes: ['earrings', 'gold earrings'] },
    facialHair: {
      none: ['no beard'],
      moustache: ['a moustache', 'a bushy moustache'],
      beard: ['a beard', 'a full beard'],
    },
    hat: {
      none: ['no hat', 'without a hat'],
      cap: ['cap', 'baseball cap'],
      beanie: ['beanie', 'woolly hat', 'knitted hat'],
      party: ['party hat', 'birthday hat'],
      crown: ['crown', 'golden crown'],
    },
    hatColour: { red: ['red'], blue: ['blue'], green: ['green'], yellow: ['yellow'] },
    background: { plain: ['plain'], gradient: ['gradient'], dots: ['dotted', 'polka-dot'], stripes: ['striped'] },
    backgroundColour: {
      blue: ['light blue', 'pale blue', 'sky blue', 'blue'],
      pink: ['pink', 'light pink'],
      yellow: ['yellow', 'light yellow', 'pale yellow'],
      green: ['green', 'light green', 'pale green'],
      lavender: ['lavender', 'light purple'],
    },
  },
  zh: {
    style: {
      comic: ['漫画', '卡通画'],
      sketch: ['铅笔素描', '铅笔画', '素描'],
      watercolour: ['水彩画', '水彩'],
    },
    person: {
      girl: ['小女孩', '女孩', '小姑娘'],
      boy: ['小男孩', '男孩', '小男生'],
      woman: ['女士', '女子', '阿姨'],
      man: ['男士', '男子', '叔叔'],
    },
    skin: {
      fair: ['皮肤白皙', '肤色白皙'],
      tan: ['小麦色皮肤', '皮肤呈小麦色'],
      brown: ['棕色皮肤', '皮肤是棕色的'],
      dark: ['深色皮肤', '皮肤黝黑'],
    },
    hair: {
      bald: ['光头'],
      short: ['短发'],
      spiky: ['刺猬头'],
      bob: ['波波头', '妹妹头'],
      long: ['长发', '披肩发'],
      curly: ['卷发', '蓬松的卷发'],
      bun: ['丸子头'],
      pigtails: ['双马尾', '两条马尾辫'],
    },
    hairColour: {
      black: ['黑色', '乌黑的'],
      brown: ['棕色', '褐色'],
      blond: ['金色', '金黄色'],
      red: ['红色', '火红的'],
      grey: ['灰色', '银灰色'],
      blue: ['蓝色'],
      pink: ['粉色', '粉红色'],
    },
    eyes: {
      open: ['睁着眼睛'],
      closed: ['闭着眼睛', '双眼紧闭', '合着双眼'],
      wink: ['眨着一只眼', '俏皮地眨眼'],
    },
    eyeColour: { brown: ['棕色', '褐色'], blue: ['蓝色', '湛蓝的'], green: ['绿色', '碧绿的'] },
    glasses: {
      none: ['没戴眼镜', '不戴眼镜'],
      round: ['圆框眼镜', '圆眼镜'],
      square: ['方框眼镜', '方形眼镜'],
      sunglasses: ['墨镜', '太阳镜'],
    },
    mouth: {
      smile: ['微笑着', '面带微笑', '露出浅浅的笑容'],
      laugh: ['开怀大笑', '哈哈大笑', '笑得合不拢嘴'],
      sad: ['一脸难过', '撇着嘴', '愁眉苦脸'],
      tongue: ['吐着舌头', '调皮地伸出舌头'],
      surprised: ['一脸惊讶', '惊讶地张着嘴', '惊得张圆了嘴'],
    },
    cheeks: { plain: ['脸颊素净'], rosy: ['脸蛋红扑扑的', '脸颊红润', '两颊绯红'] },
    earrings: { no: ['没戴耳环'], yes: ['耳环', '金耳环'] },
    facialHair: {
      none: ['没留胡子'],
      moustache: ['八字胡', '小胡子'],
      beard: ['络腮胡', '大胡子'],
    },
    hat: {
      none: ['没戴帽子', '不戴帽子'],
      cap: ['鸭舌帽', '棒球帽'],
      beanie: ['毛线帽', '针织帽'],
      party: ['派对帽', '生日帽'],
      crown: ['王冠', '金色王冠'],
    },
    hatColour: { red: ['红色'], blue: ['蓝色'], green: ['绿色'], yellow: ['黄色'] },
    background: { plain: ['纯色'], gradient: ['渐变'], dots: ['圆点', '波点'], stripes: ['条纹'] },
    backgroundColour: {
      blue: ['浅蓝色', '天蓝色', '淡蓝色'],
      pink: ['粉色', '浅粉色', '淡粉色'],
      yellow: ['浅黄色', '淡黄色', '黄色'],
      green: ['浅绿色', '淡绿色', '绿色'],
      lavender: ['淡紫色', '浅紫色', '薰衣草色'],
    },
  },
};

/** The plain word for a value. */
export function words(name: AttributeName, value: string, language: Language): string {
  return (lexicon[language][name] as Readonly<Record<string, readonly string[]>>)[value][0];
}
