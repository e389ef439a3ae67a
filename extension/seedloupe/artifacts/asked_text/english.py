"""English words and phrases, by the part they play.

A phrase counts before the words in it, so a *peace sign* is no sign. A plural counts as its
singular unless it is listed itself. Where a word is listed twice the first counts.
"""

from __future__ import annotations

from .kinds import Kind

WORDS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.TEXT,
        "written instruction, written steps, dish name, price list, prices, readout, digital "
        "readout, step label, text, words, wording, headline, subheading, subtitle, caption, "
        "slogan, tagline, motto, inscription, paragraph, alphabet, initials, monogram, numeral, "
        "roman numeral, kanji, hiragana, katakana, hangul, cyrillic, chinese character, japanese "
        "character, korean character, arabic character, kanji character, written character, "
        "watermark, signature, wordmark, logotype, handwritten, handwriting, hand written, title, "
        "movie credits, end credits, opening credits, word art, word cloud, annotation, annotated, "
        "labeled diagram, labelled diagram, labeled map, labelled map, writings, clothes writing, "
        "body writing, wall writing, writing on the wall, chalk writing, place name, copyright "
        "notice, artist name, username, web address, hashtag, lyrics, inspirational quote, "
        "motivational quote, famous quote, bible verse, phone number, text message, misspelling, "
        "letter tiles, ransom note, character name, copyright name, song name, page number, sound "
        "effects, masthead, byline, lorem ipsum, nutrition facts, ingredients list, bullet point, "
        "letter block, alphabet block, scrabble tile, graffiti tag, street name, dialogue text, "
        "speech text, heading text, bold type, big type, large type, block type, writting, "
        "letering",
    ),
    (
        Kind.STYLE,
        "letters, lettering, letterpress, letter art, hand lettered, typography, typographic, "
        "typographical, typeface, font, calligraphy, calligraphic, serif, sans serif, block "
        "letter, capital letter, bubble letter, uppercase letter, neon letter, cursive script, "
        "flowing script, ornate script, elegant script, arabic script, latin script, gothic "
        "script, cursive writing, elegant writing, bold writing, neon writing, print letter",
    ),
    (
        Kind.LABELLER,
        "word, letter, sentence, name, number, phrase, message, brand name, company name, date, "
        "year, quote, writing, verse, greeting, character, price, line, brand",
    ),
    (
        Kind.CARRIER,
        "sign, signage, signboard, signpost, poster, movie poster, film poster, billboard, banner, "
        "placard, plaque, label, logo, newspaper, magazine, book cover, album cover, song sheet, "
        "magazine cover, speech bubble, thought bubble, speech balloon, graffiti, menu, business "
        "card, license plate, licence plate, number plate, name tag, nametag, name plate, "
        "nameplate, flyer, leaflet, brochure, certificate, diploma, marquee, scoreboard, "
        "infographic, meme, letterhead, rune, glyph, hieroglyph, hieroglyphics, equation, formula, "
        "advertisement, timetable, sticky note, title card, title page, title screen, invitation, "
        "greeting card, receipt",
    ),
    (
        Kind.THING,
        "mug, cup, shirt, tshirt, tee, t shirt, sweatshirt, hoodie, jersey, cap, hat, beanie, "
        "jacket, sweater, uniform, apron, cake, cupcake, cookie, card, postcard, envelope, note, "
        "notepad, notebook, paper, page, sheet, book, cover, spine, tombstone, gravestone, "
        "headstone, grave, wall, door, gate, fence, window, glass, board, chalkboard, blackboard, "
        "whiteboard, screen, display, monitor, phone, laptop, box, crate, package, packaging, "
        "bottle, jar, can, tin, bag, tote, balloon, flag, scroll, parchment, ribbon, sash, badge, "
        "button, pin, patch, ring, necklace, pendant, bracelet, locket, tattoo, truck, van, bus, "
        "taxi, car, train, plane, airplane, ship, boat, hull, storefront, shop, store, cafe, bar, "
        "restaurant, bakery, bookshop, ticket, stamp, coin, map, sand, snow, stone, rock, tablet, "
        "plate, tag, sticker, keychain, pillow, cushion, blanket, rug, doormat, mat, awning, "
        "panel, side, front, back, top, bottom, chest, side panel, neon, neon light, comic, "
        "trophy, medal, helmet, surfboard, skateboard, bench, bumper, facade, canopy, cardboard, "
        "pedestal, monument, candle, blimp, bubble, emblem, crest, background, header, footer, "
        "corner, smoke, sky, foam, icing, frosting, chocolate, chalk, brick, lid, cloth, suitcase, "
        "barrel, kite, parachute, towel, napkin, coaster, record, vinyl, cassette, spaceship, "
        "rocket, guitar, drum, canoe, tiara, medallion, blade, building, tower, roof, rooftop, "
        "road, asphalt, pavement, sidewalk, floor, forehead, hand, palm, skin, neck, knuckles, "
        "warehouse, barn, house, station, platform, tube, pot, vase, bowl, spoon, teapot, thermos, "
        "pumpkin, donut, pancake, latte, pizza, bread, coffin, wristband, armband, headband, "
        "scarf, tie, sock, shoe, sneaker, shorts, belt, buckle, robe, vest, coat, bandana, decal, "
        "sail, hot air balloon, spacesuit, dashboard, keyboard, keycap, tv, television, arcade, "
        "app, website, watch, dial, calendar, heart, candy, cereal box, crown, dumpster, "
        "container, crates, lamp, lantern, statue, base, bun, locker, tent, surface, entrance, "
        "wristwatch, computer, terminal, clock, alarm clock, matchbox, matchbook, lunchbox, slip, "
        "bookplate, notice, advert, mosaic, ticket stub, chart, odometer, scale, thermostat, "
        "sleeve, lightbox, biplane, shelf tag, candy hearts, name badge, lens cap, cape, hood, "
        "bonnet, speedometer, gauge, trailer, wagon, tram, subway car, cart, stall, kiosk, hull, "
        "oar",
    ),
    (
        Kind.SAYING,
        "say, says, saying, said, reads, reading, read, spell, spells, spelling, spelled, spelt, "
        "spell out, spells out, spelling out, spelled out, proclaiming, proclaims, declaring, "
        "declares, announcing, announces, that states, which states, stating, inscribed, lettered, "
        "labeled, labelled, captioned, headlined, monogrammed, screams, screaming, that declares, "
        "sais, made out to, addressed to, telling you, tells us, sayin, sayng, saing, sayes, "
        "readin, wich says, wich reads",
    ),
    (
        Kind.MAKING,
        "write, writes, written, printed, painted, engraved, etched, carved, embroidered, "
        "stitched, stamped, embossed, stencilled, stenciled, scrawled, scribbled, sprayed, spray "
        "painted, hand painted, typed, displayed, displaying, displays, projected, tattooed, "
        "chalked, piped, iced, appears, appear, appearing, featuring, features, bearing, bears, "
        "showing, shows, chiseled, chiselled, overlaid, spelled in, centered, glowing, scratched, "
        "drawn, wrote, typeset, plastered, lit up, adorned, decorated, arranged, formed, forming, "
        "forms, shaped, sculpted, placed, centred, superimposed, hand lettered in, stuck, "
        "flashing, flashes, carries, filled, marked, advertising, wishing, welcoming, emblazoned, "
        "writen, writeen, engrave, incised, branded, burned into, burnt into, traced, inked",
    ),
    (
        Kind.NAMING,
        "named, called, titled, entitled, known as, nicknamed, dubbed, film, movie, novel, song, "
        "series, from, by, style of, style, inspired by, so called, game, painting, anime, band, "
        "term, theme, based on, like, aka, watching, playing, singing, sings, performing, "
        "listening to, reciting",
    ),
    (
        Kind.REFUSE,
        "no, not, without, never, zero, neither, nor, non, nothing, avoid, avoiding, don't, dont, "
        "doesn't, mustn't, shouldn't, can't, cannot, won't, isn't, aren't, hasn't, free of, free "
        "from, devoid of, clear of, lacking, lacks, lack of, absence of, instead of, rather than, "
        "in place of, void of, minus, bare of, empty of, none of, refrain from, exclude, excludes, "
        "excluding, prohibit, forbid, ban, sans, steer clear of, stay away from, stripped of, "
        "cleared of, rid of, no longer, omitting, has lost, have lost, lost its, lost all, lost "
        "their, missing its, missing all, missing their",
    ),
    (
        Kind.REMOVE,
        "remove, removes, removing, removal of, erase, erases, erasing, delete, deletes, deleting, "
        "get rid of, getting rid of, take down, leave out, leaving out, omit, omits, omitting, "
        "skip, hide, hides, hiding, paint over, cover up, cover over, covering up, clear away, "
        "clear off, wipe, wipe off, edit out, wipe away, scrub, scrub off, wash off, wash away, "
        "blur out, mask out, eliminate, strip, strip away, clean up, clean off, clean away, "
        "conceal, obscure, drop, ditch, lose the, blank out, paint out",
    ),
    (
        Kind.REPLACE,
        "replace, replaces, replacing, swap, change, exchange, substitute",
    ),
    (
        Kind.GONE,
        "worn away, worn off, fallen off, peeled off, faded away, rubbed off, weathered away, "
        "removed, erased, deleted, free, less, forbidden, prohibited, absent, gone, omitted, "
        "excluded, not allowed, not visible, not present, not included, not wanted, not needed, "
        "not appear, not be visible, not be present, never appear, isn't visible, isn't allowed, "
        "scrubbed, wiped away, painted over, covered up, replaced, used to, once hung, nowhere, "
        "hidden, not shown, not permitted, unwanted, disallowed, none, not desired, not "
        "appropriate, should not exist, not exist, must be absent, blurred out, blanked out, "
        "censored, censored out, blurred beyond recognition, and unreadable, and illegible, is "
        "unreadable, is illegible, made unreadable, made illegible, too blurry to read",
    ),
    (
        Kind.ROOM,
        "space for, room for, place for, area for, spot for, placeholder for, ready for, text "
        "space, text placeholder, copy space, copyspace, space to add, room to add",
    ),
    (
        Kind.LAPSE,
        "forget, miss, neglect, fail, lose, touch, alter, modify, omit, leave out, skip",
    ),
    (
        Kind.ADDING,
        "add, adds, adding, put, puts, putting, keep, keeps, keeping, include, includes, "
        "including, insert, inserting, draw, make, restore, preserve, retain, leave, overlay, "
        "create, generate, want, need, use, using, render, contain, contains, containing",
    ),
    (
        Kind.BLANK,
        "blank, empty, textless, wordless, unlabeled, unlabelled, unbranded, unmarked, letterless, "
        "bare, nothing written, untitled, unprinted, illegible, unreadable, logoless",
    ),
    (
        Kind.CONTRAST,
        "but, except, except for, only, just, however, yet, apart from, besides, other than, aside "
        "from, save for, then, while, although, though, instead, unless",
    ),
    (
        Kind.OTHER,
        "other, extra, additional, further, more, else, elsewhere, unnecessary, superfluous, "
        "stray, random, second, duplicate, duplicated, repeated, overlapping, different, unrelated",
    ),
    (
        Kind.FLAWED,
        "bad, misspelled, misspelt, garbled, gibberish, distorted, wrong, deformed, mangled, "
        "malformed, broken, ugly, blurry, blurred, messy, incorrect, nonsense, nonsensical, "
        "misprinted, mirrored, jumbled, fake, low quality, warped, poorly written, poorly drawn, "
        "scrambled, typo, spelling error, spelling mistake, cropped, cut off, smudged, crooked, "
        "corrupted, mutated, unclear, glitched, incoherent, meaningless, sloppy, text error, text "
        "artifacts",
    ),
    (
        Kind.PLACE,
        "on, in, at, above, below, under, over, beside, near, behind, against, across, along, "
        "into, onto, inside, next, with, to, through, around, between, before, beneath, off, "
        "underneath, holding, wearing, standing, sitting, carrying, that, which, who, for, where, "
        "as, beyond, upon, within, outside, is, are, was, were, has",
    ),
    (
        Kind.FILL,
        "a, an, the, any, all, some, of, or, and, either, its, his, her, their, this, these, "
        "those, whatsoever, at all, kind, sort, type, form, visible, readable, legible, please, "
        "be, have, having, anything, anywhere, there, it, you, do, does, should, must, will, can, "
        "may, actual, recognizable, recognisable, discernible, both, every, each, picture, image, "
        "my, our, your, i, we, s, existing, and only",
    ),
    (
        Kind.PERSON,
        "man, woman, men, women, boy, girl, child, children, kid, person, people, he, she, they, "
        "student, teacher, monk, soldier, king, queen, mother, father, mom, dad, lady, guy, 1girl, "
        "1boy, 2girls, 2boys, couple, wizard, witch, knight, robot, grandmother, grandfather, "
        "scholar, priest, scientist, elf, cat, dog, bear, fox, author, poet, nun, librarian, "
        "detective, everyone, somebody, someone, crowd, voice, actor, singer, writer, rabbit, owl, "
        "businessman, him, politician, preacher, narrator, face, parrot, bird, dragon, alien, "
        "monkey, baby, toddler, wolf, princess, prince, pirate, samurai",
    ),
    (
        Kind.IDIOM,
        "peace sign, v sign, victory sign, zodiac sign, star sign, sun sign, astrological sign, "
        "hand sign, sign language, sign of, signs of, vital sign, dollar sign, euro sign, plus "
        "sign, minus sign, ok sign, okay sign, rock sign, horns sign, heart sign, thumbs up sign, "
        "birth sign, percent sign, pound sign, infinity sign, call sign, shaka sign, gang sign, "
        "sign in, sign up, his signature, her signature, their signature, love letter, stack of "
        "letters, bundle of letters, pile of letters, old letters, letters home, writing a letter, "
        "write a letter, writing letters, reading a letter, reading letters, letter opener, letter "
        "jacket, letter box, sealed letter, in other words, at a loss for words, beyond words, "
        "swear words, last words, a few words, lost for words, word of mouth, word of god, in a "
        "word, text to image, text prompt, text encoder, title belt, title fight, title holder, "
        "title role, title character, record label, major label, designer label, private label, "
        "white label, banner year, star spangled banner, poster child, poster boy, poster girl, "
        "poster bed, poster style, poster color, poster colour, poster paint, logo style, graffiti "
        "style, magazine style, fashion magazine, magazine editorial, magazine photography, "
        "magazine photo, comic style, newspaper hat, newspaper boat, reading room, reading "
        "glasses, reading lamp, reading nook, reading corner, reading chair, reading a book, "
        "reading a newspaper, reading a magazine, writing desk, writing table, magic spell, "
        "casting a spell, casting spells, casts a spell, spell book, main character, cartoon "
        "character, anime character, game character, character design, character sheet, character "
        "concept, original character, baptismal font, stone font, date night, life sentence, "
        "prison sentence, formula one, formula 1, menu bar, written all over, kind words, exchange "
        "words, exchanging words, whispering words, spoken words, speaking words, words of "
        "comfort, reading a text, reads a text, world title, championship title, title bout, title "
        "match, french letters, letters of the law, sacred text, sms text, text neck, word "
        "processor, writing a poem, letter carrier, letterman, caption this, caption contest, word "
        "on the street, words of love, words of wisdom, wise words",
    ),
    (
        Kind.NOTHING,
        "n/a, null, false, nil, undefined",
    ),
)

#: What stands on signs that everybody knows by their word.
KNOWN_SIGNS = (
    "stop, exit, entrance, open, closed, welcome, for sale, for rent, sold, sold out, vacancy, "
    "no vacancy, no parking, no smoking, no entry, no trespassing, no swimming, do not enter, "
    "do not disturb, keep out, one way, yield, wet floor, beware of dog, dead end, road closed, "
    "danger, caution, out of order, on air, help wanted, private property, emergency exit, "
    "fire exit, detour, men at work, now hiring, just married, game over, happy birthday, "
    "merry christmas, hollywood"
)
#: And what the word stands on.
KNOWN_BY = ("sign", "neon sign", "banner")
