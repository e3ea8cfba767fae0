/** Every word and character that a caption can have, and a few that people type. Made from captions; kept, so that numbers never move. */
export const englishWords: readonly string[] =
  'a against and as background bald baseball beanie beard bearded big birthday black blond blue blushing bob boy brown bun bushy cap cartoon character cheeked cheeks closed comic crown curls curly dark dot dots dotted drawing earrings eye eyes face fair front frown frowning full gentle gentleman ginger girl giving glasses gold golden gradient green grey hair happy has hat he head her his in is knitted lady laugh laughing laughs lavender light little long look looking loud man moustache mouth of on open out painting pale party pencil person picture pigtails pink plain polka portrait purple red rosy round sad shades she short shut silver sketch skin skinned sky smile smiles smiling spectacles spiky square sticking striped stripes style sunglasses surprise surprised tanned the their tongue watercolour wearing wears wink winking winks with without woman woolly yellow young'.split(
    ' ',
  );

export const hanCharacters: readonly string[] = [
  ...'一不两个丸为主乌了人他以伸位俏光八冠出刺卡卷双发叔变只合名吐呈哈嘴圆地墨士大天太头女她妹姑姨娘子字孩容对小尾带帽幅开张形彩得微怀惊愁戴扎扑披拢描撇方日是景有条松格框棒棕毛水没波派浅润淡深渐湛漫火灰点猬王环球生男画留白的皙皮眉眨眼着睛短碧笑笔粉素紧紫红纯纹线织络绯绿耳肤肩背胡脸腮舌色苦草蓝蓬薰蛋衣褐角讶调辫过这通里金针铅银镜长闭阳阿难露面颊风马鸭麦黄黑黝',
];
