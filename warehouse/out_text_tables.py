"""Tables that people read about free text: themes, words, and how they changed."""

from __future__ import annotations

from warehouse.table import INTERNAL, SMALL_COUNTS, Table, declared

_OF_RESPONSES = (
    "回答した人を数えた表です。回答は支援を受けた人全体からの無作為な抽出ではありません",
    "counts those who answered, who are no random sample of those supported",
)
_NO_RESOLUTION = (
    "「述べなくなった」は、困りごとが解決したという意味ではありません。回答の短さや無記入と合わせて読むこと",
    "a theme no longer mentioned is no difficulty resolved: read it beside length and silence",
)

OUT_TEXT: list[Table] = [
    declared(
        "out_text_state",
        "自由記述を尋ねた数・書いた数・分析した数",
        "who was asked for a text, who wrote, and what was analysed",
        "run_id period organisation question_id state responses_n",
        "run_id period organisation question_id state",
        warnings=(
            SMALL_COUNTS,
            (
                "question_id が * の行は、いずれかの設問での最も進んだ状態です。設問の行と足し合わせないこと",
                "a row of question * is of all questions together: never add it to the others",
            ),
        ),
    ),
    declared(
        "out_language",
        "自由記述の言語と分析の状態の件数",
        "text answers by language and state of analysis",
        "run_id period organisation question_id language state texts_n",
        "run_id period organisation question_id language state",
        warnings=(SMALL_COUNTS,),
    ),
    declared(
        "out_theme",
        "テーマの件数と、分析した回答に占める割合",
        "how often each theme was found, and its share of the responses analysed",
        """run_id period organisation question_id theme_id responses_n texts_n analysed_n value ci_low ci_high""",
        "run_id period organisation question_id theme_id",
        nullable="analysed_n",
        warnings=(
            SMALL_COUNTS,
            _OF_RESPONSES,
            (
                "分母は分析した回答です。空欄・「特になし」・日本語以外は入りません(out_text_state)",
                "the denominator is what was analysed: no blanks, no “nothing”, no other languages (out_text_state)",
            ),
        ),
    ),
    declared(
        "out_theme_attribute",
        "テーマと属性のクロス集計",
        "themes by attribute",
        """run_id period question_id dimension category theme_id responses_n analysed_n value ci_low ci_high
        expected_count residual""",
        "run_id period question_id dimension category theme_id",
        warnings=(
            SMALL_COUNTS,
            (
                "theme_id が * の行は、いずれかのテーマがある回答です",
                "theme * is any theme at all",
            ),
        ),
    ),
    declared(
        "out_theme_association",
        "テーマと属性の関連の検定",
        "tests of themes against attributes",
        """run_id period question_id dimension theme_id responses_n analysed_n value df p_value p_adjusted method
        undefined_reason cramers_v""",
        "run_id period question_id dimension theme_id",
        warnings=(
            (
                "value はカイ二乗。p_adjusted は同じ設問(*は全設問)のすべての表にわたって調整したものです",
                "value is chi-square; p_adjusted is adjusted over all tables of the question (or of *)",
            ),
        ),
    ),
    declared(
        "out_script",
        "書き方(漢字・かな・ローマ字など)ごとの、分析とテーマの付いた割合",
        "how much is analysed and coded of texts written in kanji, kana, Latin letters",
        "run_id period question_id script texts_n analysed_n coded_n value ci_low ci_high",
        "run_id period question_id script",
        warnings=(
            SMALL_COUNTS,
            (
                "割合が低い書き方は、規則がその書き方を拾えていない疑いがあります。困りごとが少ないという意味ではありません",
                "a low share may mean that the rules miss this way of writing, not that there are fewer difficulties",
            ),
        ),
    ),
    declared(
        "out_term",
        "語の件数",
        "how many responses hold each word",
        "run_id period organisation question_id lemma responses_n",
        "run_id period organisation question_id lemma",
        warnings=(SMALL_COUNTS,),
    ),
    declared(
        "out_keyword",
        "区分ごとの特徴語",
        "characteristic words of each category",
        """run_id period question_id dimension category word responses_n analysed_n other_responses_n other_analysed_n
        log_odds z jaccard""",
        "run_id period question_id dimension category word",
        warnings=(
            SMALL_COUNTS,
            (
                "z は順位づけのためのもので、検定ではありません",
                "z ranks the words and is no test",
            ),
        ),
    ),
    declared(
        "out_predicate",
        "係り受けの対(名詞–助詞–述語と極性)",
        "dependency pairs: noun, particle, predicate with its polarity",
        "run_id period organisation question_id argument particle predicate responses_n",
        "run_id period organisation question_id argument particle predicate",
        warnings=(SMALL_COUNTS,),
    ),
    declared(
        "out_word",
        "共起ネットワークの語と群れ",
        "words of the co-occurrence network, with their community",
        "run_id period question_id word responses_n community degree_n",
        "run_id period question_id word",
        warnings=(SMALL_COUNTS,),
    ),
    declared(
        "out_word_pair",
        "同じ回答に現れる語の対(共起ネットワークの線)",
        "words that stand in the same responses: edges of the network",
        "run_id period question_id word_a word_b responses_n jaccard",
        "run_id period question_id word_a word_b",
        warnings=(
            SMALL_COUNTS,
            (
                "上位の対だけです。図の配置は証拠になりません",
                "the strongest pairs alone; where a picture puts them is no evidence",
            ),
        ),
    ),
    declared(
        "out_correspondence",
        "対応分析の座標(語と区分)",
        "correspondence analysis: places of words and groups",
        """run_id period question_id dimension point label responses_n mass inertia axis_1 axis_2 is_small""",
        "run_id period question_id dimension point label",
        warnings=(
            SMALL_COUNTS,
            (
                "軸の説明する割合(out_correspondence_axis)と is_small を見てから読むこと",
                "look at the axes' shares (out_correspondence_axis) and at is_small before reading it",
            ),
        ),
    ),
    declared(
        "out_correspondence_axis",
        "対応分析の軸が説明する割合",
        "share of the inertia that each axis shows",
        "run_id period question_id dimension axis_n value",
        "run_id period question_id dimension axis_n",
    ),
    declared(
        "out_text_copy",
        "同じ文の回答(団体・設問ごと)",
        "answers in the same words, by organisation and question",
        """run_id period organisation question_id text_sha256 response_id characters_n people_n organisations_n""",
        "run_id period organisation question_id text_sha256",
        warnings=(
            INTERNAL,
            (
                "同じ文であることは、写したことの証明ではありません。代筆や例文の配布を団体に確かめるための表です",
                "the same words prove nothing: the table is for asking the organisation who wrote them down",
            ),
        ),
    ),
    declared(
        "out_theme_ledger",
        "一人ひとりのテーマの変化",
        "what became of each person's themes",
        "run_id period organisation theme_id response_id response_id_later became",
        "run_id period theme_id response_id",
        warnings=(INTERNAL, _NO_RESOLUTION),
    ),
    declared(
        "out_theme_change",
        "テーマの変化(同じ人の2回の回答、内部用)",
        "change of themes in the same people's two answers, for use inside the programme",
        """run_id period organisation theme_id pairs_n appeared_n persisted_n disappeared_n absent_n silent_n
        not_analysable_n unanswered_n value ci_low ci_high p_value p_adjusted""",
        "run_id period organisation theme_id",
        warnings=(
            SMALL_COUNTS,
            _NO_RESOLUTION,
            (
                "変化は2回の回答の差であり、事業の成果や因果を示すものではありません",
                "a change is the difference of two answers: it says nothing of what brought it about",
            ),
        ),
    ),
    declared(
        "out_voice",
        "2回の回答で比べられる人と回答の長さ",
        "whose two answers can be compared, and how long they are",
        "run_id period organisation voice people_n characters_first characters_later",
        "run_id period organisation voice",
        warnings=(SMALL_COUNTS,),
    ),
]
