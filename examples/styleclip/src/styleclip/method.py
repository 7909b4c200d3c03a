"""StyleCLIP's latent optimisation: what it is and how it is set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import Case, Condition, InputError, Method, MethodInfo, Role, StyleCondition, UnfitCaseError

from styleclip.settings import StyleCLIPSettings

# Listing methods imports this module: what needs torch is imported where it is used.
if TYPE_CHECKING:
    from benchmark import Models
    from torch import Generator, Tensor

    from styleclip.inversion import Inversion

_NO_GENERATOR = (
    "needs the weights of a StyleGAN2 generator, which every user gets for themselves: --set styleclip.generator=FILE"
)
_MEAN_SEED = 0


class StyleCLIP(Method[StyleCLIPSettings]):
    """Latent optimisation of Patashnik, Wu, Shechtman, Cohen-Or and Lischinski 2021.

    With G the generator of StyleGAN2, w_0 the latent codes of the content (one a layer, "W+"), E the embeddings of CLIP
    and R those of a face recognition network, the codes w, starting from w_0, minimise by Adam::

        1 - cos(E(G(w)), E(prompt)) + l2_weight * sum (w - w_0)^2 + identity_weight * (1 - cos(R(G(w)), R(G(w_0))))

    over 300 steps, the learning rate rising to 0.1 over the first 5 % and falling along half a cosine over the last
    25 %. As in the authors' program, orpatashnik/StyleCLIP, the identity term has weight 0 by default, the prompt has
    no templates, the noise is fixed, and CLIP is shown the generator's colours in [-1, 1] as they are, which is not how
    it was trained. ``clip_input=corrected`` shows them in [0, 1] and normalised.

    The content becomes codes by optimisation: w_0 starts from the mean code and descends the squared difference of
    pixels and the relative difference of VGG-19 features. The authors take codes that an encoder of others (e4e) found.

    **The generator knows what it was trained on**: with the weights that the authors use, aligned faces. Where the
    picture of w_0 stays further from the content than ``reachable_distance``, the case is skipped. The distance is the
    mean over layers of |F(G(w_0)) - F(content)|^2 / |F(content)|^2, F the features of VGG-19. A content within it is
    one whose picture can be made, which is not to say that it is a face.

    Further deviations: contents that are no squares are squeezed to one for the generator and the result is stretched
    back; the result is the picture after the last step, where the program gives the one before it; 500 steps of
    inversion and its weights are ours. StyleSpace, the localisation loss, the mapper and the global directions of the
    paper are not here.
    """

    info = MethodInfo(
        name="styleclip",
        title="StyleCLIP",
        version="1",
        summary="Moves the latent codes of a StyleGAN2 generator so that its picture of the content fits the prompt.",
        condition=Condition.TEXT,
        licence="Apache-2.0",
        paper="Patashnik, Wu, Shechtman, Cohen-Or, Lischinski: StyleCLIP: Text-Driven Manipulation of StyleGAN Imagery."
        " ICCV 2021",
        year=2021,
        url="https://arxiv.org/abs/2103.17249",
        uses=(Role.CLIP, Role.VGG),
        optimises=(Role.CLIP, Role.VGG),
        deterministic=True,
    )
    settings_type = StyleCLIPSettings

    def skip(self, case: Case) -> str | None:
        """Skips every case where there is no generator."""
        return super().skip(case) if self.settings.generator else _NO_GENERATOR

    def prepare(self, models: Models) -> None:
        """Loads the generator, CLIP, VGG-19 and, where the identity is weighted, the face recognition network."""
        import torch

        from styleclip.checkpoint import load_generator
        from styleclip.face_recognition import load_face_recognition

        if not self.settings.generator:
            raise InputError(f"method styleclip {_NO_GENERATOR}")
        self._generator = load_generator(Path(self.settings.generator).expanduser()).to(models.device)
        self._mean_code = self._generator.mean_code(torch.Generator().manual_seed(_MEAN_SEED))
        self._clip, self._vgg = models.clip(), models.vgg()
        self._face_recognition = (
            load_face_recognition(Path(self.settings.face_recognition)).to(models.device)
            if self.settings.identity_weight
            else None
        )

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Takes one step of the inversion and one of the edit."""
        settings = replace(self.settings, steps=1, inversion_steps=1)
        self._edit(content, styles, self._invert(content, settings), settings)

    def stylize(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Returns the edited picture, 3×H×W in [0, 1]. Deterministic: the generator is not used.

        Raises:
            UnfitCaseError: The generator cannot make the content.
        """
        inversion = self._invert(content, self.settings)
        limit = self.settings.reachable_distance
        if not inversion.distance <= limit:
            raise UnfitCaseError(
                f"needs a content that the generator can make: after {self.settings.inversion_steps} steps its nearest"
                f" picture has a feature distance of {inversion.distance:.3g}, above {limit:g} (reachable_distance)"
            )
        return self._edit(content, styles, inversion, self.settings)

    def _invert(self, content: Tensor, settings: StyleCLIPSettings) -> Inversion:
        from styleclip.inversion import invert
        from styleclip.picture_size import resize_picture

        side = self._generator.shape.side
        return invert(self._generator, self._mean_code, self._vgg, resize_picture(content, side, side), settings)

    def _edit(
        self, content: Tensor, styles: Sequence[StyleCondition], inversion: Inversion, settings: StyleCLIPSettings
    ) -> Tensor:
        import torch

        from styleclip.edit import edit_codes
        from styleclip.face_recognition import IdentityDistance
        from styleclip.picture_size import resize_picture
        from styleclip.prompt_distance import PromptDistance

        (style,) = styles
        assert style.prompt is not None  # cases without one were skipped
        prompt = PromptDistance(self._clip, style.prompt, self._generator.shape.side, settings.clip_input)
        identity = None
        if self._face_recognition is not None:
            with torch.no_grad():
                identity = IdentityDistance(self._face_recognition, self._generator(inversion.codes))
        codes = edit_codes(self._generator, inversion.codes, prompt, identity, settings)
        with torch.no_grad():
            picture = ((self._generator(codes)[0] + 1) / 2).clamp(0, 1)
        return resize_picture(picture, *content.shape[-2:])
