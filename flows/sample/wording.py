"""How each organisation writes an answer: its labels, its words for a missing answer, its dates.

Written by hand beside the instruments, not derived from them: a wrong crosswalk must show as a wrong indicator.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from flows.sample.records import Answer

COUNTRIES = {
    "CHN": "中国",
    "VNM": "ベトナム",
    "KOR": "韓国",
    "PHL": "フィリピン",
    "BRA": "ブラジル",
    "NPL": "ネパール",
    "IDN": "インドネシア",
    "MMR": "ミャンマー",
    "PER": "ペルー",
    "AFG": "アフガニスタン",
    "JPN": "日本",
    "OTH": "その他",
}


def _labels(codes: str, labels: str) -> dict[str, str]:
    """Pair space-separated codes with labels separated by "|"."""
    return dict(zip(codes.split(), labels.split("|"), strict=True))


STATUS_CODES = "permanent long_term spouse dependent student work trainee skilled designated other"
AGE_CODES = "u20 20s 30s 40s 50s o60"
REGION_CODES = "north kanto chubu kinki west kyushu"
AREA_CODES = "1 2 3 4 5 6 7 8 9 10"

GOOGLE_FORMS: dict[str, dict[str, str]] = {
    "nationality": {**COUNTRIES, "OTH": "そのほかの国・地域"},
    "residence_status": _labels(
        STATUS_CODES,
        "永住者|定住者|日本人・永住者の配偶者など|家族滞在|留学|技術・人文知識・国際業務、技能など|技能実習|特定技能|特定活動|そのほか",
    ),
    "age_group": _labels(AGE_CODES, "19さい以下|20〜29さい|30〜39さい|40〜49さい|50〜59さい|60さい以上"),
    "gender": {"female": "女性", "male": "男性", "other": "そのほか"},
    "region": _labels(REGION_CODES, "北海道・東北|関東|中部|近畿|中国・四国|九州・沖縄"),
    "japanese_level": {"none": "話せない", "basic": "少し話せる", "daily": "話せる"},
    "consent_quote": {"yes": "いいです", "no": "やめてください"},
    "q1": _labels(
        "1 2 3 4 5 6 8",
        "私たちのSNS・ホームページを見た|チラシ、ポスター、動画を見た|たまたま知った・よく知らずに連れて来てもらった|"
        "イベント、教室、出張相談に参加した|活動を知っている友だち・コミュニティの人に聞いた|"
        "役所、学校、病院などで説明を聞いて紹介された|覚えていない",
    ),
    "q2": _labels(
        "1 2 3 4 5 6 8",
        "自分のことばで相談できる|困りごとに合う支援をしている|説明を聞いて、信頼できると思った|"
        "無料・予約なしなど、使いやすい|同じ国、同じ経験の人が使っている|前に活動に参加して、よかった|特に理由はない・わからない",
    ),
    "q3_area": _labels(
        "1 2 3 4 5 6 7 8 9",
        "しごと|お金|住むところ|在留資格(ビザ)|体や心の健康・病院|子ども・学校|日本語の勉強|手続きや情報|人とのつながり",
    ),
    "q3_level": _labels("1 2 3 4 5", "とても困っている|困っている|少し困っている|あまり困っていない|困っていない"),
    "q4_level": _labels("1 2 3 4 5", "とても悪くなった|悪くなった|変わらない|良くなった|とても良くなった"),
    "q5_level": _labels(
        "1 2 3 4 5", "ぜんぜん役に立たなかった|あまり役に立たなかった|どちらでもない|役に立った|とても役に立った"
    ),
}
GOOGLE_FORMS_OTHER = {
    "q1": ("ラジオで聞いた", "会社の人, 社長さん", "となりの家の人"),
    "q2": ("家から近い", "友だちと一緒だから", "おやつがある"),
    "q3_area": ("車の免許", "食べ物, 料理", "ペットのこと"),
}
"""Free words that Google Forms exports for a ticked "other": "7" in questions 1 and 2, "10" in the areas."""

CASE_LIST: dict[str, dict[str, str]] = {
    "nationality": COUNTRIES,
    "residence_status": _labels(
        STATUS_CODES, "永住|定住|配偶者|家族滞在|留学|技人国等|技能実習|特定技能|特定活動|その他"
    ),
    "age_group": _labels(AGE_CODES, "20歳未満|20代|30代|40代|50代|60歳以上"),
    "gender": {"female": "女", "male": "男", "other": "他"},
    "region": _labels(REGION_CODES, "北日本|関東|中部|近畿|中四国|九州沖縄"),
    "japanese_level": {"none": "デキナイ", "basic": "スコシ", "daily": "ニチジョウカイワ", "work": "シゴト"},
    "q1": _labels("1 2 3 4 5 6 7 8", "SNS|チラシ|偶然|出張相談|友人|行政|その他|覚えていない"),
    "q3_area": _labels(AREA_CODES, "仕事|お金|住居|在留|医療|教育|日本語|手続|孤立|その他"),
    "q5_level": {"2": "役立たず", "3": "どちらとも", "4": "役立った"},
}

CASE_RECORD: dict[str, dict[str, str]] = {
    "nationality": COUNTRIES,
    "residence_status": _labels(
        STATUS_CODES, "永住者|定住者|配偶者等|家族滞在|留学|就労(技人国ほか)|技能実習|特定技能|特定活動|その他"
    ),
    "age_group": _labels(AGE_CODES, "〜19|20-29|30-39|40-49|50-59|60〜"),
    "gender": {"female": "F", "male": "M", "other": "X"},
    "region": _labels(REGION_CODES, "宮城県|東京都|静岡県|大阪府|広島県|福岡県"),
    "q3_area": _labels(AREA_CODES, "就労|生活費|住まい|在留資格|保健医療|教育|日本語|情報・手続き|居場所|その他"),
    "q3_level": {"1": "重度", "2": "中度", "4": "軽度", "5": "なし"},
    "q4_level": {"2": "悪化", "3": "変化なし", "4": "改善"},
}
CASE_RECORD_FLAGS = {"1": "経路_SNS・HP", "2": "経路_チラシ等", "3": "経路_偶然", "4": "経路_催し", "7": "経路_その他"}

EVENT_TYPES = _labels(
    "support outreach_method cooperation own_initiative case stakeholder_meeting alliance_meeting study_meeting "
    "talk visit report survey_event",
    "支援|アウトリーチ手法|連携・協力|独自の取組み|案件|ステークホルダー会議|連携会議|勉強会|講演|視察・意見交換会|"
    "調査報告書|調査結果イベント",
)
STATUSES = {"planned": "検討中", "in_progress": "実施中", "carried_out": "実施済み"}
METHOD_STATUSES = {"introduced": "導入", "used": "活用"}

MISSING: dict[str, dict[str, str]] = {
    "org-a": {"no_answer": "99", "unknown": "88", "not_asked": "77"},
    "org-b": {"no_answer": "99", "unknown": "不明", "not_asked": ""},
    "org-c": {"no_answer": "無回答", "unknown": "88", "not_asked": "―"},
    "org-d": {"no_answer": "無回答", "unknown": "わからない", "not_asked": ""},
    "org-e": {"no_answer": "無回答", "unknown": "不明", "not_asked": "－"},
    "org-f": {"no_answer": "回答なし", "unknown": "不明", "not_asked": "該当なし"},
}
"""How each organisation writes a missing answer; "－" is a full-width hyphen, to be read as "-"."""

_HALF_WIDTH = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
_HALF_WIDTH |= {
    whole: chr(code) + mark
    for code in range(0xFF66, 0xFF9E)
    for mark in "ﾞﾟ"
    if len(whole := unicodedata.normalize("NFKC", chr(code) + mark)) == 1
}
_FULL_WIDTH = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"}
_YEARS_BEFORE_REIWA = 2018


def half_width(label: str) -> str:
    """Katakana as half-width kana, everything else as it is."""
    return "".join(_HALF_WIDTH.get(character, character) for character in label)


def full_width(digits: str) -> str:
    """Digits as full-width digits."""
    return digits.translate(_FULL_WIDTH)


def era_date(day: date, short: bool) -> str:
    """A date in the Reiwa era: R6.4.1, or 令和6年4月1日 (the first year is 元年)."""
    year = day.year - _YEARS_BEFORE_REIWA
    if short:
        return f"R{year}.{day.month}.{day.day}"
    return f"令和{'元' if year == 1 else year}年{day.month}月{day.day}日"


def serial_number(moment: datetime) -> int:
    """The number that Excel (1900 date system) stores for a day."""
    return (moment - datetime(1899, 12, 30)).days


def codes_of(answer: Answer) -> tuple[str, ...]:
    """A single or multiple answer as a tuple of codes."""
    return answer if isinstance(answer, tuple) else (str(answer),)
