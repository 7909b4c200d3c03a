"""The styles made by programs, in words: canonical ones for both models, others for one model, some held out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Teaching(StrEnum):
    """Set of phrasings: those of one of the two models, or the held-out ones."""

    TINY = "clip-tiny"
    JUDGE = "clip-tiny-judge"
    HELD_OUT = "held-out"


@dataclass(frozen=True)
class Wording:
    """Phrases of one style, separated by ``|``. The first canonical one is used where one phrase is needed."""

    canonical: str
    tiny: str
    judge: str
    held_out: str

    def of(self, teaching: Teaching) -> list[str]:
        own = {Teaching.TINY: self.tiny, Teaching.JUDGE: self.judge, Teaching.HELD_OUT: self.held_out}[teaching]
        shared = "" if teaching is Teaching.HELD_OUT else self.canonical + "|"
        return (shared + own).split("|")


WORDINGS = {
    "photo": Wording(
        "photo|a photo|photograph",
        "realistic photo|natural color photography|unedited picture from a camera|a real life picture|digital photo"
        "|photography|an amateur holiday photo|documentary photograph|real|picture taken with a phone",
        "a normal photograph|plain photography|photorealistic picture|camera shot in natural light|realistic"
        "|a candid shot|color photograph from a family album|press photo|the real world, seen through a lens",
        "snapshot|realistic photography",
    ),
    "noise": Wording(
        "noise|noisy photo",
        "random noise|grainy corrupted image|tv static|speckles",
        "white noise|photo spoiled by noise|film grain and static|random dots of noise",
        "image with random speckle noise|a noisy picture",
    ),
    "pencil_sketch": Wording(
        "pencil sketch|pencil drawing",
        "a sketch with black pencil|graphite drawing|soft gray pencil shading|sketch on white paper|graphite",
        "drawn with a pencil|hand drawn graphite sketch|pencil lines on paper|sketched drawing|pencil",
        "a graphite pencil sketch|drawing in pencil on white paper",
    ),
    "charcoal": Wording(
        "charcoal drawing|charcoal",
        "charcoal sketch|smudged black charcoal|dark charcoal on paper",
        "drawn with charcoal|black coal drawing|rough charcoal on paper",
        "charcoal art|rough charcoal strokes",
    ),
    "watercolor": Wording(
        "watercolor painting|watercolor",
        "watercolour|soft watercolor washes|pale wet paint on paper|aquarelle|watercolor art with thick brush",
        "painted with watercolors|a light water colour picture|aquarelle painting|watercolour painting|wet washes",
        "watercolor wash|a watercolor picture on paper",
    ),
    "oil_painting": Wording(
        "oil painting|oil paint",
        "oil on canvas|thick brush strokes of oil paint|impasto painting|painting with brush strokes",
        "oil painting with thick strokes|canvas painted in oils|painterly brushwork|brush strokes on canvas",
        "painting in oils|oil paint brush strokes",
    ),
    "mosaic": Wording(
        "mosaic|mosaic tiles",
        "roman mosaic|made of small ceramic tiles|byzantine tile mosaic|small square stones",
        "a wall of mosaic stones|tesserae|ancient mosaic floor|little coloured tiles",
        "mosaic art of little tiles|a tiled mosaic",
    ),
    "stained_glass": Wording(
        "stained glass|stained glass window",
        "colored glass with black lead lines|church window|leaded glass panel",
        "cathedral window|stained glass panel with lead|bright coloured window glass",
        "stained glass art|gothic church window of coloured glass",
    ),
    "pointillism": Wording(
        "pointillism|pointillist painting",
        "painted with many small dots of color|dotted painting by Georges Seurat|colored dots of paint",
        "Seurat|divisionism|a painting made of tiny points|dots of pure color",
        "pointillist dots|painted in small dots like Seurat",
    ),
    "halftone": Wording(
        "halftone print|halftone",
        "newspaper halftone dots|black ink dots print|benday dots",
        "printed with a dot screen|halftone dots|comic print dots|newsprint dots",
        "halftone newspaper picture|printed in halftone dots",
    ),
    "woodcut": Wording(
        "woodcut|woodcut print",
        "linocut|carved block print|black lines cut in wood",
        "wood engraving|lino print|a carved wooden block print",
        "a woodcut engraving|woodcut block print",
    ),
    "neon": Wording(
        "neon light|neon",
        "glowing neon sign|bright neon lines on black|electric glowing outlines",
        "neon lights|neon tubes in the dark|luminous neon glow",
        "neon lighting|glowing neon tubes",
    ),
    "pixel_art": Wording(
        "pixel art|pixels",
        "8-bit pixel art|retro video game graphics|blocky pixels",
        "16 bit game graphics|pixelated game sprite|big square pixels",
        "low resolution pixel graphics|an 8 bit game, pixel art",
    ),
    "cyanotype": Wording(
        "cyanotype|cyanotype print",
        "blue and white photographic print|prussian blue photograph|blue toned picture",
        "blue monochrome photograph|blue tinted monochrome print|prussian blue",
        "cyanotype sun print|blue tinted cyanotype photo",
    ),
    "sepia": Wording(
        "sepia|sepia photograph",
        "old brown vintage photo|antique brown toned picture|faded old photo",
        "sepia tone|nineteenth century brown photo|vintage brownish picture",
        "sepia toned vintage photograph|old fashioned sepia picture",
    ),
    "infrared": Wording(
        "thermal infrared image|heat map",
        "thermal camera|infrared false color|heat vision",
        "thermography|thermal imaging|infrared heat camera picture",
        "a thermal image|infrared heat vision",
    ),
    "low_poly": Wording(
        "low poly|low poly art",
        "made of flat triangles|polygonal mesh|low polygon render",
        "triangles|geometric facets|faceted polygons",
        "low-poly triangle art|faceted low polygon illustration",
    ),
    "cartoon": Wording(
        "cartoon|cartoon drawing",
        "comic book illustration|flat colors with black outlines|anime drawing",
        "animated film still|cel shaded comic|manga in colour|comic",
        "a cartoon illustration|cartoon comic with outlines",
    ),
    "fire": Wording(
        "fire|flames",
        "burning fire|made of fire|orange flames|lava|a fire",
        "blazing fire|in flames|burning inferno|molten lava",
        "on fire, blazing flames|fiery hot flames",
    ),
    "ice": Wording(
        "ice|frozen ice",
        "made of ice|icy frost|cracked blue ice|snow and frost",
        "frozen crystals|frost|frozen over|icicles",
        "frozen in ice|frosty ice crystals",
    ),
    "ink_drawing": Wording(
        "ink drawing|pen and ink",
        "crosshatching|black ink pen illustration|cross hatched etching",
        "pen drawing with hatching|etching|drawn in black ink|engraving lines",
        "pen and ink crosshatch|drawing with fine ink lines",
    ),
    "pop_art": Wording(
        "pop art|Andy Warhol",
        "warhol screen print|bright flat posterized colors|pop art poster",
        "pop art by Andy Warhol|silkscreen print|posterized colours|bold pop colours",
        "Andy Warhol style pop print|vivid pop art",
    ),
    "glitch": Wording(
        "glitch art|glitch",
        "digital glitch|corrupted video signal|rgb shift and scan lines",
        "broken screen|vhs glitch|video error with shifted lines",
        "glitch effect|glitchy broken video",
    ),
    "synthwave": Wording(
        "synthwave|vaporwave",
        "retro 80s pink and cyan|purple and pink synthwave|cyberpunk",
        "outrun|1980s neon pink and purple|cyberpunk city colours",
        "vaporwave aesthetic|1980s synthwave colors",
    ),
    "cross_stitch": Wording(
        "cross stitch|embroidery",
        "cross-stitch embroidery|needlework|woven tapestry",
        "stitched on cloth|embroidered|knitted wool|sewn with thread",
        "an embroidered cross stitch|stitched needlework",
    ),
    "blueprint": Wording(
        "blueprint|technical blueprint",
        "white lines on blue paper|architect drawing|engineering drawing",
        "blueprint plan|technical drawing in white on blue|construction plan",
        "architectural blueprint|a blueprint diagram",
    ),
    "black_and_white": Wording(
        "black and white photo|monochrome photo",
        "grayscale|film noir|black and white",
        "monochrome|gray photograph|grey scale picture|black and white photograph",
        "a monochrome black-and-white picture|grayscale photography",
    ),
    "chalk": Wording(
        "chalk drawing|chalk",
        "chalk on blackboard|white chalk on green board",
        "chalkboard drawing|drawn with chalk|blackboard",
        "chalkboard art|chalk drawn on a board",
    ),
    "gold": Wording(
        "gold|golden metal",
        "made of gold|shiny golden sculpture|polished gold",
        "solid gold|golden relief|gold statue|bronze",
        "golden shiny metal|pure gold metal",
    ),
    "crayon": Wording(
        "crayon drawing|crayon",
        "wax crayons|colored pencil drawing|child's drawing",
        "drawn by a child with crayons|colour pencils|pastel crayons",
        "drawn with crayons|a wax crayon picture",
    ),
    "paper_cut": Wording(
        "paper cut art|paper collage",
        "layers of cut paper|paper craft",
        "cut paper|collage of coloured paper sheets|papercut",
        "paper cutout|layered paper collage",
    ),
    "graffiti": Wording(
        "graffiti|spray paint",
        "graffiti on a brick wall|street art|mural",
        "sprayed on a wall|street graffiti|spray painted mural",
        "graffiti art|spray paint street art",
    ),
    "x_ray": Wording(
        "x-ray|photographic negative",
        "x-ray image|inverted negative|radiograph",
        "film negative|xray scan|inverted picture",
        "an x-ray picture|negative of a photo",
    ),
    "psychedelic": Wording(
        "psychedelic art|psychedelic",
        "rainbow swirls|trippy colors|acid colors",
        "hallucination|rainbow waves|hippie poster|vivid trippy swirls",
        "psychedelic rainbow|trippy psychedelic colours",
    ),
    "marble": Wording(
        "marble statue|marble",
        "carved white marble|stone sculpture|stone",
        "white stone relief|marble sculpture|sculpted stone",
        "a marble sculpture of stone|carved marble",
    ),
    "night": Wording(
        "night|at night",
        "dark night in moonlight|midnight|moonlight",
        "night time|dark blue night|in the dark of night",
        "a night scene|moonlit night",
    ),
    "underwater": Wording(
        "underwater|under the sea",
        "deep sea|beneath the ocean|submerged",
        "under water|diving in the ocean|blue green sea water",
        "an underwater scene|deep under water",
    ),
    "toy_bricks": Wording(
        "toy bricks|lego",
        "built from lego bricks|plastic building blocks|a model of toy bricks with studs",
        "lego blocks|made out of plastic bricks|brick toy with round studs",
        "a lego brick model|built of toy building bricks",
    ),
    "fog": Wording(
        "fog|mist",
        "in thick fog|hazy mist|a pale misty morning",
        "foggy weather|shrouded in mist|white haze",
        "a foggy, misty day|dense fog",
    ),
    "sunset": Wording(
        "sunset|golden hour",
        "warm orange sunset light|at dusk|evening glow",
        "at sunset|the setting sun|orange and purple evening sky",
        "a warm sunset|in the golden light of sunset",
    ),
    "emboss": Wording(
        "embossed relief|bas-relief",
        "gray embossed metal|stamped relief in a flat plate|emboss filter",
        "a shallow relief|embossed gray plate|raised outline in metal",
        "an embossed metal relief|emboss effect",
    ),
    "kaleidoscope": Wording(
        "kaleidoscope|kaleidoscopic pattern",
        "mirrored symmetrical pattern|mandala|repeated reflections",
        "seen through a kaleidoscope|symmetric mirror images|mandala pattern",
        "kaleidoscope reflections|a mirrored kaleidoscope picture",
    ),
    "duotone": Wording(
        "duotone poster|propaganda poster",
        "red and cream poster in two colors|bold two color screen print|revolution poster",
        "two tone poster|red, black and beige propaganda|poster in two inks",
        "a red propaganda poster|duotone print in two colours",
    ),
    "out_of_focus": Wording(
        "blurry|out of focus",
        "a blurred photo|soft defocused image|bokeh",
        "unsharp picture|blurred, defocused|camera shake",
        "an out-of-focus blurry picture|strong blur",
    ),
}
