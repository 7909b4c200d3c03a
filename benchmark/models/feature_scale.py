"""The scale of a VGG network's features, and the one to which all networks are brought.

The convolutions of VGG with their ReLUs and poolings are positively homogeneous: multiplying the weights of the first
and the biases of all by k > 0 multiplies every feature by k and changes nothing else. The original network takes
colours of 0–255, its mean subtracted; torchvision's takes colours of unit variance, so that the same picture, the same
filters and the same biases in proportion give features that are smaller by the ratio of the two inputs. A squared
difference of features then differs by the square of that, one of Gram matrices by its fourth power: a weight means
something on one scale only. Every network that plays the role ``vgg`` is therefore brought to the original scale when
it is loaded (`benchmark.models.specification.VGGSpecification`), and a loss that was defined on torchvision's
multiplies the features by `UNIT_VARIANCE_SCALE`.
"""

from __future__ import annotations

from typing import Final

IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
"""Mean colour of ImageNet, as red, green, blue in [0, 1], which torchvision's networks subtract."""

IMAGENET_DEVIATION: Final = (0.229, 0.224, 0.225)
"""Standard deviation of ImageNet's colours by which torchvision's networks divide."""

ORIGINAL_SCALE: Final = 1.0
"""Scale of the features of the original network, Simonyan and Zisserman's, for colours of 0–255."""

UNIT_VARIANCE_SCALE: Final = 3 / (255 * sum(IMAGENET_DEVIATION))
"""Scale of a network for colours of unit variance, such as torchvision's: 1 / 57.63.

It is the ratio of the inputs. Torchvision's network is not the original one rescaled but was trained anew, so layers
deviate from this ratio; on which layers by how much has not been measured here.
"""
