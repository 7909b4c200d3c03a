"""Pictures that were made elsewhere: which file is the picture of which case, what is known of them, and their reading.

Nothing here imports PyTorch or NumPy before a picture is read.
"""
