"""A few words of other languages: enough to see words in quotes after a word for text, and *no*.

What is not listed asks for nothing, so text is flagged rather than passed over.
"""

from __future__ import annotations

from .kinds import Kind

#: German, French, Spanish, Italian, Portuguese, Dutch, Russian: words that are no English ones.
WORDS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.TEXT,
        "texte, texten, wörter, worte, wort, überschrift, schlagzeile, beschriftung, "
        "aufschrift, inschrift, handschrift, bildunterschrift, beschriftet, wasserzeichen, "
        "textes, mots, mot, écriture, légende, titre, filigrane, "
        "texto, palabra, palabras, inscripción, titular, leyenda, título, "
        "testo, testi, scritta, scritte, parole, parola, iscrizione, titolo, "
        "textos, palavra, palavras, inscrição, legenda, tekst, teksten, woorden, opschrift, "
        "текст, текста, текстом, надпись, надписью, надписи, надписей, слово, слова, "
        "слов, словами, заголовок, marca de agua, filigrana, napis",
    ),
    (
        Kind.STYLE,
        "buchstaben, lettres, letras, lettere, буквы, букв, "
        "schrift, schriftzug, schriftart, kalligrafie, kalligraphie, typografie, lettrage, "
        "typographie, calligraphie, tipografía, caligrafía, tipografia, calligrafia, caligrafia, "
        "каллиграфия, типографика",
    ),
    (
        Kind.LABELLER,
        "spruch, namen, zitat, slogan, phrase, nom, citation, frase, lema, nombre, nome, cita, "
        "имя, фраза, фразой, лозунг",
    ),
    (
        Kind.CARRIER,
        "schild, schilder, plakat, plakate, etikett, ladenschild, neonschild, straßenschild, "
        "panneau, enseigne, affiche, étiquette, pancarte, cartel, letrero, rótulo, etiqueta, "
        "pancarta, valla, insegna, cartello, manifesto, etichetta, placa, cartaz, bord, "
        "вывеска, вывеску, плакат, плакате, табличка, логотип, logotipo",
    ),
    (
        Kind.THING,
        "becher, t shirt, aufkleber, fenster, kuchen, karte, heft, mantel, "
        "tasse, torte, tür, wand, tafel, hemd, gâteau, mur, porte, tableau, pared, puerta, "
        "camiseta, taza, pastel, muro, porta, maglietta, tazza, torta, parede, caneca, стена, торт",
    ),
    (
        Kind.SAYING,
        "steht, stehen, besagt, lautet, dit, indiquant, indique, dice, pone, rezar, diz, dizendo, "
        "diciendo, zegt, сказано, гласит, reza, qui dit, disant",
    ),
    (
        Kind.MAKING,
        "geschrieben, gemalt, gedruckt, graviert, écrit, inscrit, gravé, peint, escrito, escrita, "
        "pintado, grabado, scritto, inciso, gravado, geschreven, написано, написан",
    ),
    (
        Kind.REFUSE,
        "ohne, kein, keine, keinen, keiner, keinerlei, nicht, nie, pas de, sans, aucun, aucune, "
        "ni, sin, ningún, ninguna, senza, nessun, nessuna, né, sem, não, nenhum, nenhuma, "
        "zonder, geen, без, нет, никакого, никаких, bez",
    ),
    (
        Kind.REMOVE,
        "entferne, entfernen, lösche, löschen, supprimer, supprime, supprimez, retirer, enlever, "
        "enlève, effacer, eliminar, elimina, quitar, quita, borrar, borra, rimuovi, rimuovere, "
        "remover, apagar, verwijder, убрать, удалить, убери, удали",
    ),
    (Kind.GONE, "entfernt, supprimé, enlevé, eliminado, rimosso"),
    (
        Kind.FILL,
        "der, die, das, den, dem, ein, eine, einer, einen, und, oder, le, la, les, du, des, un, "
        "une, et, ou, el, los, las, una, y, o, de, il, lo, gli, i, uno, e, com, het, een, en, of, "
        "и, или",
    ),
    (
        Kind.PLACE,
        "mit, auf, an, über, avec, sur, dans, con, en la, sobre, su, nella, met, op, на, в",
    ),
)

#: Chinese, Japanese and Korean words, alternatives with bars between, which stand in running text.
CJK: tuple[tuple[Kind, str], ...] = (
    (
        Kind.GONE,
        "なし|無し|ない|無く|なく|入れず|消し|消す|削除|取り除|除去|禁止|没有|沒有|无|無|不要|不含|去掉|"
        "去除|删除|刪除|移除|없이|없는|없음|없다|제거|삭제|빼고",
    ),
    (
        Kind.TEXT,
        "文字|テキスト|字幕|タイトル|書道|手書き|題字|見出し|レタリング|標語|标语|文本|字样|字樣|书法|書法|标题|"
        "標題|글자|텍스트|문구|글씨|캘리그라피|漢字|汉字|平仮名|ひらがな|カタカナ|水印|透かし",
    ),
    (
        Kind.CARRIER,
        "看板|ポスター|ラベル|ロゴ|招牌|海报|海報|标志|標誌|牌子|标签|간판|포스터|로고",
    ),
    (
        Kind.SAYING,
        "書かれ|書いて|書く|と書|写着|寫著|写有|寫有|印着|印有|刻着|という|적힌|쓰인|쓰여|라고",
    ),
)
