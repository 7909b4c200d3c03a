#!/bin/bash
# Starts Ray on all nodes of a job, and the run on the first: sbatch slurm.sh
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --gpus-per-node=4
#SBATCH --time=12:00:00
head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
address=$(srun --nodes=1 --ntasks=1 --nodelist="$head" hostname --ip-address | cut -d ' ' -f 1):6379
export RAY_USAGE_STATS_ENABLED=0
srun --nodes=1 --ntasks=1 --nodelist="$head" \
    ray start --head --port=6379 --include-dashboard=false --num-cpus="$SLURM_CPUS_PER_TASK" --block &
sleep 30
if [ "$SLURM_NNODES" -gt 1 ]; then
    srun --nodes=$((SLURM_NNODES - 1)) --ntasks=$((SLURM_NNODES - 1)) --exclude="$head" \
        ray start --address="$address" --num-cpus="$SLURM_CPUS_PER_TASK" --block &
    sleep 30
fi
srun --overlap --nodes=1 --ntasks=1 --nodelist="$head" --gpus-per-node=4 \
    benchmark run --executor ray --ray-address "$address" --device cuda --workers 16 --threads 4 --out runs/slurm
