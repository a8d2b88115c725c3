"""Vocabulary of the synthetic free text: nouns by area of difficulty, and templates by language."""

from __future__ import annotations

from dataclasses import dataclass

NOUNS: dict[str, tuple[str, ...]] = {
    "1": (
        "仕事",
        "派遣の契約",
        "残業代",
        "工場のシフト",
        "面接",
        "給料の明細",
        "社会保険",
        "ハローワークの登録",
        "雇い止め",
    ),
    "2": ("家賃の支払い", "税金", "借金", "生活費", "子どもの学費", "電気代", "国民健康保険料", "送金", "食費"),
    "3": ("アパートの契約", "保証人", "引っ越し", "公営住宅の申込み", "大家さんとの話し合い", "ごみの出し方", "敷金"),
    "4": ("在留資格の更新", "ビザの変更", "永住の申請", "在留カードの手続き", "家族の呼び寄せ", "入管の書類", "仮放免"),
    "5": ("病院の予約", "薬の説明", "妊娠の健診", "心の不調", "予防接種", "腰の痛み", "手術の同意書", "歯の治療"),
    "6": (
        "保育園の申込み",
        "学校からの手紙",
        "高校受験",
        "子どもの日本語",
        "給食のアレルギー",
        "不登校",
        "学童保育",
        "PTA",
    ),
    "7": ("日本語の勉強", "漢字の読み書き", "敬語", "日本語能力試験", "オンラインの日本語教室", "会話の練習"),
    "8": (
        "役所の手続き",
        "マイナンバーカード",
        "年金の通知",
        "確定申告",
        "郵便の不在票",
        "携帯電話の契約",
        "防災の情報",
    ),
    "9": ("近所づきあい", "話し相手", "孤独", "職場のいじめ", "家族との関係", "夫の暴力", "友だちづくり", "差別"),
    "10": ("免許の切り替え", "自転車の事故", "お祈りの場所", "インターネットの契約", "ペットの手続き", "食べ物"),
}
PLACES = (
    "市役所", "工場", "学校", "駅前の病院", "アパート", "職場", "教会", "日本語教室", "入管", "保育園",
    "団地", "スーパー", "役場の窓口", "国際交流協会", "オンライン", "介護施設", "農家", "コンビニ",
)  # fmt: skip
TIMES = (
    "去年から", "3か月前から", "来日してすぐ", "先月", "子どもが生まれてから", "仕事をやめてから", "コロナのあと",
    "この春から", "更新の時期になると", "毎月", "冬になると", "離婚してから", "引っ越してから", "最近",
)  # fmt: skip
PROBLEMS = (
    "のことで困っています", "がよくわかりません", "がとても心配です", "について相談できる人がいません",
    "のことを考えると夜眠れません", "の説明が日本語だけで読めませんでした", "の書類が多くて大変です",
    "のことで何度も断られました", "にかかるお金が足りません", "の期限に間に合いませんでした",
    "のために仕事を休まなければなりません", "を一人でするのはむずかしいです",
)  # fmt: skip
DETAILS = (
    "夫も働いていますが、生活は苦しいです。", "だれに聞けばよいか分かりません。", "電話だと言葉が通じません。",
    "子どもに通訳してもらっています。", "国の家族にも心配をかけています。", "窓口を三つ回りました。",
    "友だちはもう帰国しました。", "会社は何も教えてくれません。", "在留期限が近づいています。",
    "病気のことも不安です。", "あきらめかけていました。", "ネットで調べても分かりませんでした。",
    "車がないので遠くまで行けません。", "夜勤なので昼に窓口へ行けません。", "", "",
)  # fmt: skip
BETTER = (
    "のことは前より安心できるようになりました", "が一人でできるようになりました", "が解決しました",
    "の期限に間に合いました", "について相談できる場所ができました", "の不安が小さくなりました",
    "のことを家族に説明できるようになりました",
)  # fmt: skip
SAME = ("のことはあまり変わっていません", "はまだ手続きの途中です", "の結果を待っています", "はこれから相談します")
WORSE = ("がもっとむずかしくなりました", "のことで新しい問題が出ました", "がうまくいかず、落ちこんでいます")
HELPERS = (
    "母語の相談員", "スタッフ", "通訳の人", "弁護士の無料相談", "日本語教室", "食料支援", "同行支援", "SNSの情報",
    "夜の電話相談", "居場所の集まり", "子どもの学習支援", "就労の講座", "やさしい日本語のチラシ", "先輩の外国人",
)  # fmt: skip
HELPED = (
    "がいちばん役に立ちました", "のおかげで前に進めました", "がとても助かりました", "がなければあきらめていました",
    "に会えてよかったです", "がていねいに説明してくれました",
)  # fmt: skip
NOT_HELPED = ("は時間が合わず使えませんでした", "だけでは解決しませんでした", "はあまり役に立ちませんでした")
WISHES = (
    "土日も相談できるようにしてほしいです", "もっと多くの言語で案内してほしいです", "近くの{}でも開いてほしいです",
    "{}の人にもこの活動を知ってほしいです", "日本人と話す機会がほしいです", "{}と一緒にやってほしいです",
    "子どもの居場所を増やしてほしいです", "これからも続けてほしいです", "{}で日本語の教室がほしいです",
)  # fmt: skip

# As people who space their words write; the others write the same without the spaces.
KANA_NOUNS = ("しごと", "びょういん", "がっこう", "おかね", "にほんご", "すむ ところ", "てつづき", "こども", "ことば")
KANA_ENDS = {
    "trouble": (
        "が とても たいへんです",
        "の ことが わかりません",
        "で こまって います",
        "が まだ しんぱいです",
        "で なやんで います",
    ),
    "better": (
        "が すこし よく なりました",
        "の はなしを きいて もらえました",
        "で たすかりました",
        "が わかるように なりました",
    ),
    "wish": ("を てつだって ほしいです", "を おしえて ほしいです", "の はなしを もっと ききたいです"),
}
KANA_TAILS = ("ありがとうございます。", "また きたいです。", "ひとりで さびしいです。", "おねがいします。", "")

EASY_SUBJECTS = ("わたしは", "わたしの 家族は", "夫は", "子どもは", "友だちは")
EASY_OBJECTS = ("仕事", "病院", "学校", "お金", "日本語", "ビザ", "アパート", "書類", "電話")
EASY_ENDS = {
    "trouble": ("の ことが わかりません。", "で 困っています。", "の 手紙が 読めません。", "が しんぱいです。"),
    "better": ("が 前より よく なりました。", "の 相談が できて よかったです。", "の ことが わかりました。"),
    "wish": ("を 教えて ほしいです。", "の 相談を もっと したいです。", "の 説明が ほしいです。"),
}
EASY_TAILS = ("漢字が むずかしいです。", "ありがとうございます。", "スタッフは やさしいです。", "また 来ます。", "")


@dataclass(frozen=True)
class Vocabulary:
    """Sentences of one language by mood, and what fills them."""

    sentences: dict[str, tuple[str, ...]]
    times: tuple[str, ...]
    nouns: tuple[str, ...]
    places: tuple[str, ...]


ENGLISH = Vocabulary(
    {
        "trouble": (
            "{time} I have had trouble with {noun} at {place}.",
            "I could not understand {noun} because everything was in Japanese.",
            "{time} I lose sleep over {noun}; nobody at {place} could help me.",
            "My family worries about {noun} and we do not know where to ask.",
        ),
        "better": (
            "The staff explained {noun} in my language and went with me to {place}.",
            "{time} I worry less about {noun}, and now we know where to ask.",
            "Thanks to the volunteers I finished {noun} by myself.",
        ),
        "wish": (
            "Please open the consultation at {place} on weekends.",
            "I want more information about {noun} in my language.",
            "It would help to talk about {noun} with Japanese people at {place}.",
        ),
    },
    times=("Since last year", "For three months", "After my baby was born", "Since I moved", "Every month"),
    nouns=(
        "my visa renewal", "the rent", "overtime pay", "the school letters", "the health check", "my contract",
        "the nursery application", "tax forms", "childcare", "the interview", "my pension notice", "a guarantor",
    ),
    places=("the city office", "the factory", "school", "the hospital", "immigration", "the church", "work"),
)  # fmt: skip
VIETNAMESE = Vocabulary(
    {
        "trouble": (
            "{time} tôi gặp khó khăn về {noun} ở {place}.",
            "Tôi không hiểu {noun} vì mọi thứ đều viết bằng tiếng Nhật.",
            "{time} gia đình tôi lo lắng về {noun} mà không biết hỏi ai.",
        ),
        "better": (
            "Nhân viên đã giải thích {noun} bằng tiếng Việt và đi cùng tôi đến {place}.",
            "Nhờ có mọi người giúp đỡ, tôi đã làm xong {noun}.",
            "{time} tôi đỡ lo lắng hơn về {noun}.",
        ),
        "wish": (
            "Tôi mong có thêm lớp học tiếng Nhật ở {place}.",
            "Tôi muốn có thêm thông tin về {noun} bằng tiếng Việt.",
        ),
    },
    times=("Từ năm ngoái", "Ba tháng nay", "Sau khi sinh con", "Từ khi chuyển nhà", "Gần đây"),
    nouns=(
        "tiền lương", "thủ tục visa", "tiền thuê nhà", "hợp đồng lao động", "bảo hiểm", "việc học của con", "khám thai",
    ),
    places=("công ty", "trường học", "bệnh viện", "tòa thị chính", "nhà máy", "cục xuất nhập cảnh"),
)  # fmt: skip
PORTUGUESE = Vocabulary(
    {
        "trouble": (
            "{time} tenho dificuldade com {noun} na {place}.",
            "Não entendi {noun} porque tudo estava escrito em japonês.",
            "{time} minha família se preocupa com {noun} e não sabemos onde perguntar.",
        ),
        "better": (
            "A equipe explicou {noun} em português e foi comigo até a {place}.",
            "Graças à ajuda de vocês consegui resolver {noun}.",
            "{time} estou mais tranquilo com {noun}.",
        ),
        "wish": (
            "Gostaria de mais aulas de japonês perto da {place}.",
            "Quero mais informações sobre {noun} em português.",
        ),
    },
    times=("Desde o ano passado", "Há três meses", "Depois que meu filho nasceu", "Desde a mudança"),
    nouns=(
        "o visto", "o aluguel", "as horas extras", "a escola das crianças", "o contrato", "o imposto", "a creche",
    ),
    places=("prefeitura", "fábrica", "escola", "clínica", "imigração", "empresa"),
)  # fmt: skip

NOTHING = ("特になし", "とくにありません", "なし", "特にないです。", "ない")
ODD = ("NA", "null", "None", "?", "…", "はい", "ok", "髙﨑さんの会①で聞いた㈱の仕事")
EMOJI = ("😊", "🙏", "😭", "👨‍👩‍👧", "🇯🇵", "👍🏽", "❤️")
