"""Generated names in Latin letters, for the reports in English and for who types them."""

PINYIN = dict(
    zip(
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
        "伟强磊军洋勇杰涛超明刚平辉鹏飞波斌宇浩凯健俊帆博建国志海德成永庆"
        "芳娜秀敏静丽艳娟霞玲桂英梅兰凤琴云洁雪颖慧婷倩蕾琳玉淑珍春华红",
        "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han "
        "tang feng yu dong xiao cheng cao yuan deng xu fu shen zeng peng lü su lu jiang cai jia ding wei xue ye yan "
        "wei qiang lei jun yang yong jie tao chao ming gang ping hui peng fei bo bin yu hao kai jian jun fan bo jian "
        "guo zhi hai de cheng yong qing "
        "fang na xiu min jing li yan juan xia ling gui ying mei lan feng qin yun jie xue ying hui ting qian lei lin yu "
        "shu zhen chun hua hong".split(),
    )
)


def initials(name):
    """What people type to find a generated name: `wsf` for 王淑芬."""
    return "".join(PINYIN.get(character, character)[0] for character in name)


def romanised(name):
    """A generated name as people abroad write it, surname first; other characters stay."""
    words = [PINYIN.get(character, character) for character in name]
    return " ".join((words[0].capitalize(), "".join(words[1:]).capitalize())) if words else ""
