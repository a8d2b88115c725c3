"""Invented direct identifiers, planted in free text so that a test can see whether one gets through.

Domains are example.org and example.com; telephone numbers begin with digits that no exchange assigns.
"""

from __future__ import annotations

from random import Random

FAMILY_NAMES = ("佐々木", "田中", "髙橋", "渡辺", "小林", "山﨑", "中村", "吉田", "松本", "石川")
GIVEN_NAMES = ("健一", "花子", "美咲", "大輔", "由美子", "翔太", "恵", "直樹", "陽菜", "浩二")
FOREIGN_NAMES = ("グエン・ティ・ホア", "マリア・サントス", "チャン・ヴァン・ナム", "ラム・バハドゥル", "キム・ミンス")
LATIN_FIRST = ("Maria", "Carlos", "Linh", "Suman", "Ana", "Minh", "Joao", "Grace")
LATIN_LAST = ("Santos", "Oliveira", "Tran", "Gurung", "Pereira", "Nguyen", "Reyes", "Silva")
TITLED_NAMES = ("長谷川", "五十嵐", "佐久間", "榊原", "久保田", "小野寺")
KANA_NAMES = ("すぎうら", "まつもと", "くりすてぃな", "かるろす", "しゅれすた", "ふぇるなんど")
WORKPLACES = ("架空テクノ工業", "見本フーズ株式会社", "株式会社試作電装", "(株)ミホン精機")
SCHOOLS = ("見本台", "架空東", "試作南")
TOWNS = ("見本町", "架空町", "試作町", "仮名町")
SITES = ("https://example.com/", "https://www.example.org/")

KINDS = (
    "name",
    "foreign_name",
    "latin_name",
    "phone",
    "mobile",
    "email",
    "address",
    "postal_code",
    "residence_card",
    "url",
    "sns",
    "titled_name",
    "kana_name",
    "spread_name",
    "workplace",
    "school",
    "passport",
    "my_number",
    "bank_account",
    "birth_date",
    "plate",
)

SENTENCES = {
    "name": "担当の{}さんに何度も助けてもらいました。",
    "foreign_name": "友だちの{}さんが通訳をしてくれました。",
    "latin_name": "Please ask {} about my case.",
    "phone": "職場の電話は{}です。",
    "mobile": "連絡は{}にお願いします。",
    "email": "メールは{}です。",
    "address": "住所は東京都新宿区{}です。",
    "postal_code": "郵便番号は〒{}です。",
    "residence_card": "在留カード番号は{}です。",
    "url": "くわしくは{}に書きました。",
    "sns": "SNSは{}です。",
    "titled_name": "工場の{}課長にいつも怒られます。",
    "kana_name": "ともだちは {} と いいます。",
    "spread_name": "担当は {} さんです。",
    "workplace": "いまの会社は{}です。",
    "school": "子どもは{}小学校に通っています。",
    "passport": "パスポートの番号は{}です。",
    "my_number": "マイナンバーは{}です。",
    "bank_account": "給料は普通口座{}に入ります。",
    "birth_date": "{}生まれです。",
    "plate": "車のナンバーは{}です。",
}


def invent(random: Random, kind: str) -> str:
    """Return an invented identifier of the kind, as it stands in the text."""
    digits = f"{random.randrange(10_000):04d}"
    pick = random.choice
    match kind:
        case "name":
            return pick(FAMILY_NAMES) + pick(GIVEN_NAMES)
        case "foreign_name":
            return pick(FOREIGN_NAMES)
        case "latin_name":
            return f"{pick(LATIN_FIRST)} {pick(LATIN_LAST)}"
        case "phone":
            return pick((f"03-0000-{digits}", f"06-0000-{digits}", f"０３－００００－{_full_width(digits)}"))
        case "mobile":
            return pick((f"090-0000-{digits}", f"0800000{digits}", f"+81 90-0000-{digits}", f"070 0000 {digits}"))
        case "email":
            return f"{pick(LATIN_FIRST).lower()}.{digits}@example.{pick(('org', 'com'))}"
        case "address":
            return f"{pick(TOWNS)}{random.randint(1, 9)}-{random.randint(1, 30)}-{random.randint(1, 20)}"
        case "postal_code":
            return f"{random.randint(100, 999)}-{digits}"
        case "residence_card":
            letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
            return f"{pick(letters)}{pick(letters)}{random.randrange(10**8):08d}{pick(letters)}{pick(letters)}"
        case "url":
            return f"{pick(SITES)}{pick(('soudan', 'room', 'u'))}/{digits}"
        case "sns":
            return f"@{pick(LATIN_FIRST).lower()}_{digits}"
        case "titled_name":
            return pick(TITLED_NAMES)
        case "kana_name":
            return pick(KANA_NAMES)
        case "spread_name":
            return " ".join(pick(FAMILY_NAMES) + pick(GIVEN_NAMES))
        case "workplace":
            return pick(WORKPLACES)
        case "school":
            return pick(SCHOOLS)
        case "passport":
            return f"{pick('TPNEC')}{pick('ABKZ')}{random.randrange(10**7):07d}"
        case "my_number":
            return f"{random.randrange(10**4):04d} {digits} {random.randrange(10**4):04d}"
        case "bank_account":
            return f"{random.randrange(10**6, 10**7)}"
        case "birth_date":
            year, month, day = random.randint(1960, 1988), random.randint(1, 12), random.randint(1, 28)
            return pick((f"{year}年{month}月{day}日", f"{year}.{month}.{day}", f"昭和{year - 1925}年{month}月{day}日"))
        case "plate":
            return f"見本 {random.randrange(300, 600)} {pick('さしすせ')} {digits[:2]}-{digits[2:]}"
    raise KeyError(kind)


def _full_width(digits: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
