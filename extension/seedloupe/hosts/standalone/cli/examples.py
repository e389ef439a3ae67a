"""Command lines to start from, shown at the end of each ``--help``.

They stand together so that one look tells whether they go with each other; each is one of a command
of that name, and can be understood by it.
"""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "seedloupe": (
        "seedloupe demo",
        'seedloupe generate "a red ball" --pick golden --out out',
        "seedloupe noise --of picture.png",
        "seedloupe check repainted.png --mask mask.png",
    ),
    "seedloupe demo": (
        "seedloupe demo",
        "seedloupe demo --model model.safetensors --port 8000 --no-browser",
    ),
    "seedloupe generate": (
        'seedloupe generate "a red ball" --out out',
        'seedloupe generate "a red ball" --pick golden --count 8 --out golden',
        'seedloupe generate "a red ball" --pick layout --box 0,0.2,0.4,0.9 --out left',
        'seedloupe generate "a red ball" --pick early --count 2 --drafts 16 --out early',
        'seedloupe generate "a garden" --image in.png --mask mask.png --retries 3 --out repainted',
    ),
    "seedloupe noise": (
        "seedloupe noise 42 --shape 4,64,64",
        "seedloupe noise 42 --shape 4,64,64 --source nv --out noise.safetensors",
        "seedloupe noise --of picture.png",
    ),
    "seedloupe tables": (
        "seedloupe tables list",
        "seedloupe tables show seedling",
        "seedloupe tables export seedling --html seeds.html",
    ),
    "seedloupe tables list": (
        "seedloupe tables list",
        "seedloupe tables list --for model.safetensors --size 768x512",
    ),
    "seedloupe tables show": ("seedloupe tables show seedling",),
    "seedloupe tables validate": ("seedloupe tables validate mine.seedtable.safetensors",),
    "seedloupe tables verify": ("seedloupe tables verify seedling",),
    "seedloupe tables diff": ("seedloupe tables diff seedling mine.seedtable.safetensors",),
    "seedloupe tables merge": (
        "seedloupe tables merge first.seedtable.safetensors second.seedtable.safetensors"
        " --out all.seedtable.safetensors",
    ),
    "seedloupe tables export": (
        "seedloupe tables export seedling --html seeds.html",
        "seedloupe tables export seedling --csv seeds.csv --features",
        "seedloupe tables export seedling --csv -",
    ),
    "seedloupe pick": (
        "seedloupe pick golden --table seedling --count 8",
        "seedloupe pick layout --table seedling --box 0,0.2,0.4,0.9",
    ),
    "seedloupe pick golden": (
        "seedloupe pick golden --table seedling",
        "seedloupe pick golden --table seedling --count 8 --rule intersection --no-tag border",
    ),
    "seedloupe pick diverse": (
        "seedloupe pick diverse --table seedling --count 8 --no-tag gray",
        "seedloupe pick diverse --table seedling --space composition --start 7",
    ),
    "seedloupe pick layout": (
        "seedloupe pick layout --table seedling --box 0,0.2,0.4,0.9",
        "seedloupe pick layout --table seedling --count 8 --at 0.25,0.5 --near",
    ),
    "seedloupe pick clean": ("seedloupe pick clean --table seedling --flaw text",),
    "seedloupe pick early": (
        'seedloupe pick early "a red ball" --count 2 --drafts 16',
        'seedloupe pick early "a cat" --model model.safetensors --draft-score clip=clip-folder',
    ),
    "seedloupe pick by": ("seedloupe pick by my_picker --table seedling",),
    "seedloupe mine": (
        "seedloupe mine --model seedling --out mine.seedtable.safetensors --seeds 0:64 --plan",
        "seedloupe mine --model model.safetensors --prompts prompts.txt"
        " --out mine.seedtable.safetensors --budget 2h",
        "seedloupe mine --model model.safetensors --prompts prompts.txt"
        " --out mine.seedtable.safetensors --resume",
        "seedloupe mine --model model.safetensors --prompts prompts.txt"
        " --out mine.seedtable.safetensors --engine ray --ray-address 10.0.0.1:6379",
        "seedloupe mine --model model.safetensors --task inpaint --folder pairs"
        " --out mine.seedtable.safetensors",
    ),
    "seedloupe check": (
        "seedloupe check picture.png",
        'seedloupe check repainted.png --mask mask.png --before source.png --prompt "a garden"',
        "seedloupe check out --recursive --report report.html --report rows.csv",
    ),
    "seedloupe tally": ("seedloupe tally list", "seedloupe tally show seedling"),
    "seedloupe tally list": ("seedloupe tally list", "seedloupe tally list --folder tallies"),
    "seedloupe tally show": (
        "seedloupe tally show seedling",
        "seedloupe tally show seedling --level high --count 20",
    ),
    "seedloupe tally correct": ("seedloupe tally correct seedling 3f2a missed",),
    "seedloupe tally export": ("seedloupe tally export seedling --csv checks.csv",),
    "seedloupe tally merge": (
        "seedloupe tally merge seedling --table mine.seedtable.safetensors"
        " --out merged.seedtable.safetensors",
    ),
    "seedloupe readers": ("seedloupe readers", "seedloupe readers fetch easyocr"),
    "seedloupe readers list": ("seedloupe readers list",),
    "seedloupe readers fetch": (
        "seedloupe readers fetch easyocr",
        "seedloupe readers fetch easyocr --from downloads",
    ),
    "seedloupe lens": (
        'seedloupe lens run "a red ball" --seeds 7 --out lens',
        "seedloupe lens show lens/000-7.lens.safetensors --out lens.html",
        "seedloupe lens image photo.png",
    ),
    "seedloupe lens run": (
        'seedloupe lens run "a red ball" --seeds 7 --out lens',
        'seedloupe lens run "a red ball" --seeds 7 --words auto --out lens',
        'seedloupe lens run "a red ball" --layers mid-vit-out,"up-level0-*" --out lens',
        'seedloupe lens run "a red ball" --panel rank/rank.panel.json --out lens',
    ),
    "seedloupe lens layers": (
        "seedloupe lens layers --panel",
        "seedloupe lens layers --model model.safetensors --panel published",
        'seedloupe lens layers --model model.safetensors --size 512x768 "up-*"',
    ),
    "seedloupe lens show": (
        "seedloupe lens show 000-7.lens.safetensors --out 000-7.html",
        "seedloupe lens show 000-7.lens.safetensors --word ball",
        "seedloupe lens show 000-7.lens.safetensors --like 0.4,0.6",
    ),
    "seedloupe lens image": (
        "seedloupe lens image photo.png",
        'seedloupe lens image photo.png --t 200 --noises 4 --prompt "a dog"',
    ),
    "seedloupe lens compare": (
        "seedloupe lens compare 000-7.lens.safetensors 001-8.lens.safetensors --out apart.html",
    ),
    "seedloupe variance": (
        "seedloupe variance --model seedling-fast --seeds 0:16 --count 12",
        "seedloupe variance --model model.safetensors",
    ),
    "seedloupe scorers": (
        "seedloupe scorers",
        "seedloupe scorers --weights clip=models/clip-vit-large-patch14",
    ),
    "seedloupe study": (
        "seedloupe study inpaint --out study --plan",
        "seedloupe study all --quick --out studies",
    ),
    "seedloupe study inpaint": (
        "seedloupe study inpaint --out study --plan",
        "seedloupe study inpaint --model model.safetensors --folder pairs --out study",
    ),
    "seedloupe study swap": (
        "seedloupe study swap --quick --out swap",
        "seedloupe study swap --model model.safetensors --prompts prompts.txt --out swap",
    ),
    "seedloupe study classifier": (
        "seedloupe study classifier --quick --out classifier",
        "seedloupe study classifier --model model.safetensors --prompts prompts.txt --out found",
    ),
    "seedloupe study generalise": (
        "seedloupe study generalise --quick --out generalise",
        "seedloupe study generalise --model model.safetensors --prompts prompts.txt --out found",
    ),
    "seedloupe study diversity": (
        "seedloupe study diversity --quick --out diversity",
        "seedloupe study diversity --model model.safetensors --prompts prompts.txt --out diversity",
    ),
    "seedloupe study style": (
        "seedloupe study style --quick --out style",
        "seedloupe study style --model model.safetensors --prompts prompts.txt "
        "--scorers style=vgg16.safetensors --out style",
    ),
    "seedloupe study composition": (
        "seedloupe study composition --quick --out composition",
        "seedloupe study composition --model model.safetensors --prompts grid --pictures 88 "
        "--scorers composition=networks --out composition",
    ),
    "seedloupe study layers": (
        "seedloupe study layers --quick --out layers",
        "seedloupe study layers --model model.safetensors --folder VOC2012 --out layers",
    ),
    "seedloupe study transforms": (
        "seedloupe study transforms --quick --out transforms",
        "seedloupe study transforms --model model.safetensors --folder VOC2012 --out transforms",
    ),
    "seedloupe study steps": (
        "seedloupe study steps --quick --out steps",
        "seedloupe study steps --model model.safetensors --folder VOC2012 --out steps",
    ),
    "seedloupe study video": (
        "seedloupe study video --quick --out video",
        "seedloupe study video --model model.safetensors --folder DAVIS --out video",
    ),
    "seedloupe study probe": (
        "seedloupe study probe --quick --out probe",
        "seedloupe study probe --model model.safetensors --folder classes --out probe",
    ),
    "seedloupe study sae": (
        "seedloupe study sae --quick --out sae",
        "seedloupe study sae --model model.safetensors --folder VOC2012 --out sae",
    ),
    "seedloupe study correspondence": (
        "seedloupe study correspondence --quick --out correspondence",
        "seedloupe study correspondence --model model.safetensors --folder SPair-71k --out found",
    ),
    "seedloupe study filter": (
        "seedloupe study filter --quick --out filter",
        "seedloupe study filter --model model.safetensors --folder VOC2012 --out filter",
    ),
    "seedloupe study rank": (
        "seedloupe study rank --quick --out rank",
        "seedloupe study rank --layers filter/filter.panel.json --out rank",
    ),
    "seedloupe study segmentation": (
        "seedloupe study segmentation --quick --out segmentation",
        "seedloupe study segmentation --layers rank/rank.panel.json --out segmentation",
    ),
    "seedloupe study early": (
        "seedloupe study early --quick --out early",
        "seedloupe study early --model model.safetensors --prompts prompts.txt --out early",
    ),
    "seedloupe study all": (
        "seedloupe study all --quick --out studies",
        "seedloupe study all --only layers,probe --out studies --resume",
    ),
    "seedloupe doctor": ("seedloupe doctor", "seedloupe doctor --card 'RTX 3060'"),
}
